/// The judges that look at the points of each side as one sample: Mann-Whitney's test and Kayenta's
/// judge (JUDGE.md 9). Both take points for independent and hosts for alike.
#pragma once

#include <optional>
#include <vector>

#include "checks/judge/kayenta.h"
#include "checks/judge/subject.h"

namespace canarygate::judge {

/// Numbers in the metric's unit, of shares errors ÷ total; NaN is a missing point.
struct Pooled {
  std::vector<double> canary;
  std::vector<double> baseline;

  /// Whether each side has any number at all.
  [[nodiscard]] bool comparable() const;
  [[nodiscard]] Pooled present() const;
};
/// Every point of every judged host from the window's start to the look.
[[nodiscard]] Pooled pool(const Points& points, const Sides& sides, std::int64_t elapsed);

/// What Kayenta's judge is asked of a metric: its own keys first, else what the metric says of
/// itself.
[[nodiscard]] KayentaSettings kayenta_settings(const MetricSpec& spec,
                                               const JudgeSettings& settings);

/// Ratio where nearly all numbers of both sides are above 0, if the metric does not say.
[[nodiscard]] Measure pooled_scale(const MetricSpec& spec, const Pooled& pooled);

struct PooledTest {
  double p_value = 1;  ///< of a change in the bad direction beyond the margin; of either: doubled
  double effect = 0;   ///< Hodges-Lehmann shift on the scale
  std::optional<double> lower;  ///< of its 95 % interval
  std::optional<double> upper;
  double least_p = 1;  ///< of so many numbers, were all of the canary's beyond all others
};
/// Mann-Whitney; both sides must have numbers.
[[nodiscard]] PooledTest pooled_test(const Pooled& pooled, const Measure& scale,
                                     const Margin& margin, Worse worse);

}  // namespace canarygate::judge
