// AR(1) by the lag-1 autocorrelation with Kendall's bias correction (Biometrika 41, 1954); the
// effective number of Bayley & Hammersley (Suppl. JRSS 8, 1946); degrees of freedom of a sum of
// mean squares by Satterthwaite (Biometrics Bulletin 2, 1946).
#include "checks/stats/effective_size.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/stats/summary.h"

namespace canarygate::stats {

double ar1_coefficient(std::span<const double> series) {
  const auto n = static_cast<double>(series.size());
  if (series.size() < 4) return 0.99;
  const double centre = mean(series);
  double lagged = 0;
  double squares = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double deviation = series[i] - centre;
    squares += deviation * deviation;
    if (i > 0) lagged += deviation * (series[i - 1] - centre);
  }
  if (!(squares > 0.0)) return 0.0;
  return std::clamp((n * lagged / squares + 1.0) / (n - 3.0), 0.0, 0.99);
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
