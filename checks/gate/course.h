/// What the two groups did over time, for whoever draws it.
#pragma once

#include "checks/gate/tables.h"
#include "checks/judge/judge.h"
#include "checks/outcome.h"

namespace canarygate::gate {

/// From the reference's begin, or the window's where there is no reference, to the window's point
/// `last`.
[[nodiscard]] Course make_course(const judge::MetricData& data, const Groups& groups,
                                 const judge::Timeline& timeline, std::int64_t last);

}  // namespace canarygate::gate
