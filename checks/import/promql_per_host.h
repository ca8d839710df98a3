/// A PromQL query about a service as one about each of its hosts, as a check asks it.
///
/// Selectors get `instance=~"{{hosts}}"`, aggregations are grouped by the label that names the
/// host, and rates are taken over `{{rate_window}}`. A host has one series in the result. What
/// cannot be told for one host is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/clock.h"
#include "checks/import/promql_places.h"
#include "checks/promql/outline.h"
#include "checks/result.h"

namespace canarygate {

struct PerHostQuery {
  std::string query;
  std::string host_label;          ///< `instance`, or the one that the query itself tells hosts by
  std::vector<std::string> notes;  ///< what was written anew, a clause each
  /// Why a limit on the query's value is none on one host's; empty when it is.
  std::string other_scale;
  bool tells_hosts_apart = false;  ///< it did so before: each host had its own value
  Duration longest_range{0};       ///< of those that stay as they are
};

/// What is done with several series of one host, which no aggregation of the query brings together.
enum class Several {
  max,     ///< what a limit above is exceeded by, when any of them exceeds it
  min,     ///< below
  natural  ///< counters are added up, of other things the mean is taken
};

/// Ranges beyond it (other than those of rates) are further back than a deploy is watched.
constexpr Duration kLongestImportedRange = std::chrono::minutes(15);

/// `node`: the part of `query` that is wanted. Variables of ours may stand in `query`; the outline
/// is then of the same text with stand-ins (with_stand_ins()). The error is a clause.
[[nodiscard]] Result<PerHostQuery, std::string> per_host(const std::string& query,
                                                         const promql::Outline& node,
                                                         Several several);

}  // namespace canarygate
