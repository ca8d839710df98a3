/// A Datadog query as one about each host of a check.
#pragma once

#include <string>
#include <vector>

#include "checks/result.h"

namespace canarygate {

struct DatadogPerHost {
  std::string query;
  std::string host_label;          ///< `host`, or the one that the query itself groups hosts by
  std::vector<std::string> notes;  ///< what was written anew, a clause each
  /// Why a limit on the query's value is none on one host's; empty when it is.
  std::string other_scale;
  bool counts = false;             ///< its value grows with the length of a bucket: `.as_count()`
  bool is_of_counts = false;       ///< there is `.as_count()` in it, maybe in a quotient
  bool tells_hosts_apart = false;  ///< it did so before: each host had its own value
};

/// Scopes get `host IN ({{hosts}})` and groups become `by {host}`; what fills gaps with numbers and
/// lengths of rollups are left out, as the backend wants it. The error is a clause.
[[nodiscard]] Result<DatadogPerHost, std::string> datadog_per_host(const std::string& query);

}  // namespace canarygate
