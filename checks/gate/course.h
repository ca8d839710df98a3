/// What the two groups did over time, for whoever draws it.
#pragma once

#include "checks/gate/tables.h"
#include "checks/judge/judge.h"
#include "checks/outcome.h"

namespace canarygate::gate {

/// As much of the past as the window is long, or the reference, where so much was fetched; and the
/// window up to its point `last`.
[[nodiscard]] Course make_course(const judge::MetricData& data, const Groups& groups,
                                 const judge::Timeline& timeline, std::int64_t last);

}  // namespace canarygate::gate
