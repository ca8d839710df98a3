/// Where a change seems to begin.
#pragma once

#include <optional>

#include "checks/judge/subject.h"

namespace canarygate::judge {

/// The canary side less the baseline side at one point, on the metric's scale; NaN where a side has
/// nobody. Without baseline the canary side alone.
[[nodiscard]] double difference_at(const Points& points, const Measure& scale, const Sides& sides,
                                   std::int64_t i);

/// The end of the last bucket before the change, never before the window's start.
[[nodiscard]] std::optional<TimePoint> changed_since(const Timeline& timeline, const Points& points,
                                                     const Measure& scale, const Sides& sides,
                                                     std::int64_t elapsed);

}  // namespace canarygate::judge
