// AR(1) by the lag-1 autocorrelation with Kendall's bias correction (Biometrika 41, 1954); the
// effective number of Bayley & Hammersley (Suppl. JRSS 8, 1946); degrees of freedom of a sum of
// mean squares by Satterthwaite (Biometrics Bulletin 2, 1946).
#include "checks/stats/effective_size.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/stats/summary.h"

namespace canarygate::stats {

namespace {

/// The highest coefficient believed in.
constexpr double kMostAlike = 0.99;

/// The lag-1 coefficient of deviations from `means` means, a standard error higher than it seems.
/// A twentieth on each side is winsorised: spikes are no neighbours' likeness, and would hide it.
double cautious_coefficient(std::span<const double> deviations, const std::vector<double>& all,
                            double means) {
  const auto n = static_cast<double>(all.size());
  if (n <= 3 * means) return kMostAlike;
  const double low = quantile(all, 0.05);
  const double high = quantile(all, 0.95);
  double squares = 0;
  double lagged = 0;
  double pairs = 0;
  double last = std::numeric_limits<double>::quiet_NaN();
  for (const double deviation : deviations) {
    const double now = std::isnan(deviation) ? deviation : std::clamp(deviation, low, high);
    if (!std::isnan(now)) squares += now * now;
    if (!std::isnan(now) && !std::isnan(last)) {
      lagged += now * last;
      pairs += 1;
    }
    last = now;
  }
  if (!(squares > 0.0)) return 0.0;
  if (!(pairs > 0.0)) return kMostAlike;
  // Kendall's correction for every mean that was taken off.
  const double seen = lagged / squares * (n - means) / pairs;
  const double fair = std::clamp((n * seen + means) / (n - 3 * means), 0.0, kMostAlike);
  return std::min(kMostAlike, fair + std::sqrt((1 - fair * fair) / n));
}

}  // namespace

double ar1_coefficient(std::span<const double> series) {
  const auto n = static_cast<double>(series.size());
  if (series.size() < 4) return kMostAlike;
  const double centre = mean(series);
  double lagged = 0;
  double squares = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double deviation = series[i] - centre;
    squares += deviation * deviation;
    if (i > 0) lagged += deviation * (series[i - 1] - centre);
  }
  if (!(squares > 0.0)) return 0.0;
  return std::clamp((n * lagged / squares + 1.0) / (n - 3.0), 0.0, kMostAlike);
}

double ar1_effective_size(std::size_t count, double coefficient) {
  const auto n = static_cast<double>(count);
  if (count < 2 || coefficient <= 0.0) return n;
  double inverse = 1.0 / n;
  double power = 1.0;
  for (std::size_t lag = 1; lag < count; ++lag) {
    power *= coefficient;
    inverse += 2.0 / (n * n) * (n - static_cast<double>(lag)) * power;
  }
  return std::clamp(1.0 / inverse, 1.0, n);
}

SerialMeans serial_means(std::span<const std::vector<double>> stretches) {
  SerialMeans out;
  std::vector<std::size_t> counts;
  std::vector<double> deviations;  // NaN is a gap, and stands between two stretches
  std::vector<double> all;
  for (const std::vector<double>& stretch : stretches) {
    std::vector<double> present;
    for (const double value : stretch) {
      if (!std::isnan(value)) present.push_back(value);
    }
    out.mean.push_back(mean(present));
    counts.push_back(present.size());
    for (const double value : stretch) deviations.push_back(value - out.mean.back());
    deviations.push_back(std::numeric_limits<double>::quiet_NaN());
    for (const double value : present) all.push_back(value - out.mean.back());
  }
  const auto means = static_cast<double>(stretches.size());
  const double coefficient = cautious_coefficient(deviations, all, means);
  // A stretch's own mean hides what its points share, so the squares are of fewer than n.
  double squares = 0;
  for (const double deviation : all) squares += deviation * deviation;
  double effective = 0;
  auto left = static_cast<double>(all.size());
  for (const std::size_t count : counts) {
    const double own = ar1_effective_size(count, coefficient);
    effective += own;
    left -= static_cast<double>(count) / own;
  }
  for (const std::size_t count : counts) {
    out.variance.push_back(squares / left / ar1_effective_size(count, coefficient));
  }
  out.degrees = std::max(0.5, effective - means);
  return out;
}

Variance add(Variance a, Variance b) {
  const double value = a.value + b.value;
  const double doubt = (a.value > 0 ? a.value * a.value / a.degrees : 0.0) +
                       (b.value > 0 ? b.value * b.value / b.degrees : 0.0);
  if (!(doubt > 0.0)) return {value, std::numeric_limits<double>::infinity()};
  return {value, value * value / doubt};
}

Variance between_hosts(double mean_square_between, double mean_square_within, double hosts,
                       double windows) {
  if (hosts < 2 || windows < 1) return {0.0, 0.0};
  const Variance between{mean_square_between / windows, hosts - 1};
  if (windows <= 1) return between;
  return add(between, {(1 - 1 / windows) * mean_square_within, (hosts - 1) * (windows - 1)});
}

}  // namespace canarygate::stats
