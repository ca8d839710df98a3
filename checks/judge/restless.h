/// How restless the hosts are: by how much more a host's points move in a window than they usually
/// do.
///
/// A fleet whose noise grows moves the means of its hosts apart, too, and draws of a calmer past
/// cannot show that. The steps from point to point can, even of a single host, and a lasting change
/// of level is no step but one. With two hosts and ten metrics, noise that doubles for all stopped
/// 29 % of unchanged releases before they were looked at.
#pragma once

#include <cstdint>
#include <span>

#include "checks/judge/host_points.h"

namespace canarygate::judge {

/// By window (0 is now, up to `looks_done`), look and host: the mean size of the steps between its
/// successive points by what is usual for the host, so that 1 is as ever. What all hosts step at
/// the same moment is taken off, for it moves both sides alike; not of `before_after`, which has
/// one side. A size counts up to kCap times the median: a spike is not restlessness. NaN where
/// there is no step, or where a host usually makes none. `points` as of load_points().
[[nodiscard]] Cube restlessness(const Timeline& timeline, std::span<const HostPoints> points,
                                std::int64_t looks_done, bool before_after);

}  // namespace canarygate::judge
