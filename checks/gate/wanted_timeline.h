/// How much of the past a check looks at.
#pragma once

#include <vector>

#include "checks/definition/model.h"
#include "checks/judge/timeline.h"

namespace canarygate::gate {

/// For a deploy at `deployed_at`, after those of `deploys` that began before it: one that is judged
/// again is no past deploy, and of later ones nobody knew.
[[nodiscard]] judge::TimelineRequest wanted_timeline(const CheckDefinition& check,
                                                     TimePoint deployed_at,
                                                     const std::vector<judge::Interval>& deploys);

}  // namespace canarygate::gate
