/// Scrape targets, as Prometheus' own service discovery speaks of hosts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/hosts.h"

namespace canarygate {

/// The key `as` of sources that find targets.
[[nodiscard]] Key target_as_key();

/// What to call the target `address`: `address:port` (or nothing) as it is written, `address`
/// without its port, `node` by its label `node`. "" when it has no such name.
[[nodiscard]] std::string target_name(const std::string& address,
                                      const std::map<std::string, std::string>& labels,
                                      const std::string& as);

/// `labels` has every one of `wanted` with the same value; a wanted "" is met by absence too.
[[nodiscard]] bool has_labels(const std::map<std::string, std::string>& labels,
                              const std::map<std::string, std::string>& wanted);

/// `track='canary' and zone='a'`, for messages; "" for none.
[[nodiscard]] std::string describe_labels(const std::map<std::string, std::string>& wanted);

/// The values that a wanted label has among targets that do not match, for messages: `the values of
/// 'track' there are: beta and stable`.
[[nodiscard]] std::string describe_values(
    const std::vector<std::map<std::string, std::string>>& targets,
    const std::map<std::string, std::string>& wanted);

}  // namespace canarygate
