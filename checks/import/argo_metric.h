/// One metric of an Argo Rollouts AnalysisTemplate.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/definition/model.h"
#include "checks/definition/yaml.h"
#include "checks/import/draft.h"
#include "checks/import/one_host.h"

namespace canarygate::argo {

/// The template's `args`: their values, nothing where one is given only when it runs.
using Arguments = std::map<std::string, std::optional<std::string>>;

/// When a metric is measured. Metrics of one schedule fit into one check.
struct Schedule {
  Duration delay{0};  ///< 0: none was said
  Duration interval{0};
  std::int64_t count = 1;  ///< 1 is once; 0 as long as the rollout's steps last
  auto operator<=>(const Schedule&) const = default;
};

struct Metric {
  DraftMetric draft;
  Schedule schedule;
  std::int64_t failure_limit = 0;
  std::optional<std::string> host;     ///< what the canary must be called
  std::vector<std::string> arguments;  ///< that its query uses, by their own names
};

/// Adds what is refused to `problems` and what the check does not have to `left_out`. Nothing when
/// the metric was refused, or cannot be in the check.
[[nodiscard]] std::optional<Metric> read_metric(const YamlNode& node, const Arguments& arguments,
                                                std::vector<LeftOut>& left_out, Problems& problems);

}  // namespace canarygate::argo
