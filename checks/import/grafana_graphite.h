/// A dashboard's Graphite target as one that gives one series a host, named by it.
#pragma once

#include <string>

#include "checks/result.h"

namespace canarygate {

/// `target` has `{{hosts}}` as one node of its path. `sumSeries(servers.{{hosts}}.load)` becomes
/// `groupByNode(servers.{{hosts}}.load, 1, 'sum')`, other targets `aliasByNode(…, 1)`. The error is
/// a clause.
[[nodiscard]] Result<std::string, std::string> graphite_per_host(const std::string& target);

}  // namespace canarygate
