/// Sums, means, quantiles and spreads of a few numbers. All of them finite; in the order given, so
/// that the same input gives the same bits everywhere. Of nothing: NaN.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace canarygate::stats {

/// Compensated, so that a million small numbers after a large one still count.
[[nodiscard]] double sum(std::span<const double> values);
/// Not compensated. Four sums that are added in the end: one would wait for itself.
[[nodiscard]] inline double plain_sum(std::span<const double> values) {
  double a = 0;
  double b = 0;
  double c = 0;
  double d = 0;
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  const std::size_t left = values.size() - i;
  if (left > 0) a += values[i];
  if (left > 1) b += values[i + 1];
  if (left > 2) c += values[i + 2];
  return (a + b) + (c + d);
}
[[nodiscard]] double mean(std::span<const double> values);
/// With n - 1; of one number: 0.
[[nodiscard]] double standard_deviation(std::span<const double> values);

/// Type 7 (R's default) for p in [0, 1]; reorders `values`.
[[nodiscard]] double quantile_in_place(std::span<double> values, double p);
[[nodiscard]] double quantile_of_sorted(std::span<const double> values, double p);
[[nodiscard]] double quantile(std::vector<double> values, double p);
[[nodiscard]] double median(std::vector<double> values);

/// The mean without the `cut` smallest and the `cut` largest.
[[nodiscard]] double trimmed_mean(std::vector<double> values, std::size_t cut);
/// The standard deviation after the `cut` smallest and largest took the value of their neighbour.
[[nodiscard]] double winsorised_sd(std::vector<double> values, std::size_t cut);

/// How many of `count` to cut on each side: a tenth where there are ten, else none.
[[nodiscard]] constexpr std::size_t tenth(std::size_t count) { return count / 10; }

/// Slope of the least-squares line through the origin; 0 when all x are 0.
class Slope {
 public:
  void add(double x, double y) {
    xx_ += x * x;
    xy_ += x * y;
  }
  void add(const Slope& other) {
    xx_ += other.xx_;
    xy_ += other.xy_;
  }
  [[nodiscard]] double value() const { return xx_ > 0.0 ? xy_ / xx_ : 0.0; }

 private:
  double xx_ = 0;
  double xy_ = 0;
};

}  // namespace canarygate::stats
