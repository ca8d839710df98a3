/// The exact distribution of the Mann-Whitney U statistic of two samples without ties.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace canarygate::stats {

/// Of so many pairs (m times n) the distribution may be asked for: it takes some hundred
/// milliseconds and 32 MiB.
constexpr std::size_t kMostExactPairs = 40'000;

class Wilcoxon {
 public:
  /// `m` and `n` at least 1, m * n at most kMostExactPairs.
  Wilcoxon(std::size_t m, std::size_t n);

  /// P[U <= u].
  [[nodiscard]] double lower(double u) const;
  /// P[U >= u].
  [[nodiscard]] double upper(double u) const { return lower(pairs_ - u); }
  /// The smallest u with P[U <= u] >= p, taken a hair low as R does; p in [0, 1].
  [[nodiscard]] double quantile(double p) const;

 private:
  double pairs_;
  std::vector<double> probability_;  ///< of 0 .. pairs / 2; the other half mirrors it
};

}  // namespace canarygate::stats
