// Mann & Whitney's recursion (Annals of Mathematical Statistics 18, 1947): of the arrangements of m
// and n numbers with u pairs in order, the largest number belongs either to the one sample or to
// the other. Only sums of counts, so that no digit is lost.
#include "checks/stats/wilcoxon.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace canarygate::stats {

namespace {

/// Arrangements by u, for u of 0 .. m n / 2.
std::vector<double> arrangements(std::size_t m, std::size_t n) {
  const std::size_t half = m * n / 2;
  // counts[i][u]: of i and so far j numbers
  std::vector<std::vector<double>> counts(m + 1, std::vector<double>(half + 1, 0.0));
  for (auto& row : counts) row[0] = 1.0;
  for (std::size_t j = 1; j <= n; ++j) {
    for (std::size_t i = 1; i <= m; ++i) {
      const std::size_t last = std::min(i * j, half);
      for (std::size_t u = j; u <= last; ++u) counts[i][u] += counts[i - 1][u - j];
    }
  }
  return std::move(counts[m]);
}

}  // namespace

Wilcoxon::Wilcoxon(std::size_t m, std::size_t n)
    : pairs_(static_cast<double>(m * n)),
      probability_(arrangements(std::min(m, n), std::max(m, n))) {
  double total = 0;
  for (const double count : probability_) total += 2.0 * count;
  if (m * n % 2 == 0) total -= probability_.back();  // the middle has no mirror image
  for (double& p : probability_) p /= total;
}

double Wilcoxon::lower(double u) const {
  const double whole = std::floor(u + 1e-7);
  if (whole < 0.0) return 0.0;
  if (whole >= pairs_) return 1.0;
  const bool mirrored = whole > pairs_ / 2.0;
  const double last = mirrored ? pairs_ - whole - 1.0 : whole;
  double sum = 0;
  for (std::size_t i = 0; static_cast<double>(i) <= last; ++i) sum += probability_[i];
  return mirrored ? 1.0 - sum : sum;
}

double Wilcoxon::quantile(double p) const {
  if (p <= 0.0) return 0.0;
  if (p >= 1.0) return pairs_;
  constexpr double kHair = 10.0 * std::numeric_limits<double>::epsilon();
  const bool mirrored = p > 0.5;
  const double wanted = mirrored ? 1.0 - p + kHair : p - kHair;
  double sum = 0;
  double u = 0;
  for (const double probability : probability_) {
    sum += probability;
    if (mirrored ? sum > wanted : sum >= wanted) break;
    u += 1.0;
  }
  return mirrored ? pairs_ - u : u;
}

}  // namespace canarygate::stats
