/// From the series of a reply to one row a host: which series is whose.
///
/// A reply's host matches a host of the roster exactly, else without ports, else with `_` for the
/// roster's dots (as Graphite's paths have them), where that is unambiguous. With `tags` the
/// series' own labels say who is canary and who is baseline.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/judge/judge.h"
#include "checks/outcome.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate {

/// Finds the roster's host that a spelling in a reply means.
class HostMatcher {
 public:
  explicit HostMatcher(std::vector<std::string> hosts);
  /// Decides for all spellings of a reply together: two spellings that both mean one host without
  /// their ports are ambiguous and match nobody (an exact match wins). Key: spelling; value: host.
  [[nodiscard]] std::map<std::string, std::string> match(
      std::span<const std::string> spellings) const;

 private:
  std::vector<std::string> hosts_;
};

/// How the spellings of all replies map to the roster, for `hosts` and for the reports: matched, or
/// with the up to three nearest spellings. `unmatched` receives the spellings that are nobody's,
/// sorted.
[[nodiscard]] std::vector<HostMapping> explain_matches(std::span<const std::string> canary,
                                                       std::span<const std::string> baseline,
                                                       std::span<const std::string> spellings,
                                                       std::vector<std::string>& unmatched);

/// Whose a series is by its labels, for groups given by `tags`: those that carry all of
/// `canary_tags`, and those that carry all of `baseline_tags` (with `rest`: all the others).
struct TagGroups {
  std::map<std::string, std::string> canary_tags;
  std::map<std::string, std::string> baseline_tags;
  bool baseline_is_rest = false;
};

/// The hosts that have a point in the last `window_points` columns, by group. A host in both is an
/// error (ErrorKind::discovery), and so are no canary, or no baseline where one is wanted.
struct TaggedHosts {
  std::vector<std::string> canary;
  std::vector<std::string> baseline;
};
[[nodiscard]] Result<TaggedHosts> hosts_by_tags(std::span<const Series> series,
                                                const TagGroups& groups, std::int64_t window_points,
                                                bool want_baseline);

/// Copies series into `table` from column `first_column` on. Several series of one host are merged
/// where no point is in two of them; else ErrorKind::backend names the host and says to aggregate
/// by host. Series that match no row are left out.
[[nodiscard]] Status fill_table(judge::Table& table, std::span<const Series> series,
                                const std::map<std::string, std::string>& matches,
                                std::int64_t first_column, const std::string& host_label);

}  // namespace canarygate
