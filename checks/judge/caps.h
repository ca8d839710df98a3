/// How much a single point of a metric may count, where a mean is all that can be taken of it.
#pragma once

#include "checks/judge/summarise.h"

namespace canarygate::judge {

/// Sets `scale.low` and `scale.high`: as far beyond 98 of 100 points of the past as those are
/// apart, and twice what `allow` grants. No caps where the past shows no spread, and none where the
/// baseline itself is beyond them in the window: what is that much higher for all must still be
/// compared.
void set_caps(Measure& scale, const MetricSpec& spec, const Rows& rows, const Fleet& fleet,
              const Timeline& line);

}  // namespace canarygate::judge
