/// Distribution functions that never throw and keep their precision far out in the tails.
///
/// Tails are given as upper probabilities (P[X > x]): 1 - p would be 0 where a gate still has to
/// tell one in a billion from one in a trillion. NaN in, NaN out.
#pragma once

namespace canarygate::stats {

/// Scores beyond this are as good as infinite: P[Z > 38] is below the smallest double.
constexpr double kLargestScore = 38.0;

[[nodiscard]] double normal_cdf(double x);
/// P[Z > x].
[[nodiscard]] double normal_upper(double x);
/// The x with P[Z > x] = p, within ±kLargestScore.
[[nodiscard]] double normal_upper_quantile(double p);

/// P[T > t] for Student's t; `degrees` > 0, infinity is the normal distribution.
[[nodiscard]] double t_upper(double t, double degrees);
/// The t with P[T > t] = p.
[[nodiscard]] double t_upper_quantile(double p, double degrees);
/// The normal score as far out as `t` is: Φ⁻¹(F_t(t)).
[[nodiscard]] double t_to_z(double t, double degrees);
/// The inverse of t_to_z; infinite where no t is far enough out.
[[nodiscard]] double z_to_t(double z, double degrees);

}  // namespace canarygate::stats
