#include "checks/gate/only.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/text.h"

namespace canarygate::gate {

Status narrow_metrics(CheckDefinition& check, const std::vector<std::string>& only) {
  if (only.empty()) return Done{};
  std::vector<std::string> known;
  for (const MetricSpec& metric : check.metrics) known.push_back(metric.name);
  for (const std::string& name : only) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return fail(ErrorKind::usage,
                fmt::format("--only '{}': check '{}' has no such metric; it has {}", name,
                            check.name, list_of(known, 20)));
  }
  std::erase_if(check.metrics, [&](const MetricSpec& metric) {
    return std::ranges::find(only, metric.name) == only.end();
  });
  return Done{};
}

}  // namespace canarygate::gate
