/// Which summary of a metric shows the smallest change (JUDGE.md 2.2): by its history alone.
#pragma once

#include "checks/judge/host_points.h"
#include "checks/judge/subject.h"

namespace canarygate::judge {

/// One of candidates(); the first where there are too few windows to tell. Of a long history by 64
/// of its windows. `points` as of load_points().
[[nodiscard]] Measure choose_summary(const Subject& subject, const MeasureRequest& request,
                                     std::span<const HostPoints> points);

/// What a contrast of these hosts varies by, from their variances.
[[nodiscard]] double noise_of(const std::vector<double>& variances, const Sides& sides);

/// What to divide by: nothing where no spread was measured.
[[nodiscard]] inline double divisor(double typical_spread) {
  return typical_spread > 0 ? typical_spread : 1.0;
}

}  // namespace canarygate::judge
