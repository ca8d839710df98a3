// Mann & Whitney, Annals of Mathematical Statistics 18 (1947); the variance with ties: Hollander &
// Wolfe, Nonparametric Statistical Methods, 4.1. In the order of R's arithmetic.
#include "checks/stats/rank_sum.h"

#include <cmath>
#include <cstddef>

namespace canarygate::stats {

RankSum rank_sum(std::span<const double> x, double shift, std::span<const double> y) {
  const auto m = static_cast<double>(x.size());
  const auto n = static_cast<double>(y.size());
  double ranks = 0;  // of x
  double ties = 0;   // t³ - t over groups of equal numbers
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < x.size() || j < y.size()) {
    const bool from_x = j == y.size() || (i < x.size() && x[i] - shift < y[j]);
    const double value = from_x ? x[i] - shift : y[j];
    const auto before = static_cast<double>(i + j);
    const std::size_t first_x = i;
    while (i < x.size() && x[i] - shift == value) ++i;
    while (j < y.size() && y[j] == value) ++j;
    const double equal = static_cast<double>(i + j) - before;
    ranks += static_cast<double>(i - first_x) * (before + (equal + 1.0) / 2.0);
    ties += equal * equal * equal - equal;
  }
  RankSum sum;
  sum.u = ranks - m * (m + 1.0) / 2.0;
  sum.excess = sum.u - m * n / 2.0;
  sum.sigma = std::sqrt((m * n / 12.0) * ((m + n + 1.0) - ties / ((m + n) * (m + n - 1.0))));
  return sum;
}

}  // namespace canarygate::stats
