/// What each host did over time, for whoever draws it.
#pragma once

#include "checks/gate/tables.h"
#include "checks/judge/judge.h"
#include "checks/outcome.h"

namespace canarygate::gate {

inline constexpr std::int64_t kMostColumns = 240;
inline constexpr std::size_t kMostRows = 60;

/// As much of the past as the reference or the window is long, two windows at most, where so much
/// was fetched; and the window up to its point `last`. More than kMostColumns points are drawn
/// together, so that one of them begins with the window. Above kMostRows hosts the canary's first
/// by name, at most half, and then the baseline's worst.
[[nodiscard]] HostCourses make_host_courses(const judge::MetricData& data, const Groups& groups,
                                            const judge::Timeline& timeline, std::int64_t last);

}  // namespace canarygate::gate
