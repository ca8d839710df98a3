/// Which summary of a metric shows the smallest change (JUDGE.md 2.2): by its history alone.
#pragma once

#include "checks/judge/subject.h"

namespace canarygate::judge {

/// What there is to choose from; the first alone where there are too few windows to tell.
[[nodiscard]] std::vector<Measure> eligible(const Subject& subject);

/// Which of the summaries, one each of eligible().
[[nodiscard]] std::size_t choose_summary(const Subject& subject, const MeasureRequest& request,
                                         std::span<const Summaries> summaries);

/// What a contrast of these hosts varies by, from their variances.
[[nodiscard]] double noise_of(const std::vector<double>& variances, const Sides& sides);

/// What to divide by: nothing where no spread was measured.
[[nodiscard]] inline double divisor(double typical_spread) {
  return typical_spread > 0 ? typical_spread : 1.0;
}

}  // namespace canarygate::judge
