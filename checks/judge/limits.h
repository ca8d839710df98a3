/// Fixed bounds (JUDGE.md 6): no statistics, the canary's numbers against a number.
#pragma once

#include <optional>
#include <vector>

#include "checks/judge/fleet.h"

namespace canarygate::judge {

struct LimitRequest {
  const MetricSpec& spec;
  const Fleet& fleet;
  const Timeline& timeline;
  const Points& points;
  const std::vector<bool>& judged;
  std::int64_t elapsed = 0;
};

/// Are there values enough that the limit could have been broken? Without them it says nothing.
[[nodiscard]] bool limits_testable(const LimitRequest& request);

/// One reason for each bound that is broken (for each host that breaks it, `per: host`).
[[nodiscard]] std::vector<Reason> broken_limits(const LimitRequest& request);

/// A host's number at a point in the metric's unit: for counts with a total, their ratio.
[[nodiscard]] double value_at(const Points& points, std::size_t host, std::int64_t i);

/// Mean over a stretch's points and some hosts in the metric's unit; of counts with a total, all
/// events by all of the total. Nothing when there are no numbers.
[[nodiscard]] std::optional<double> mean_value(const Points& points,
                                               const std::vector<std::size_t>& hosts,
                                               Stretch stretch);

}  // namespace canarygate::judge
