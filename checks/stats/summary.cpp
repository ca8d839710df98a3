// Neumaier's compensated sum (ZAMM 54, 1974); quantiles of type 7 (Hyndman & Fan, The American
// Statistician 50, 1996); trimmed means and winsorised spreads (Tukey & McLaughlin, Sankhya A 25,
// 1963).
#include "checks/stats/summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/stats/select.h"

namespace canarygate::stats {

namespace {
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
}

double sum(std::span<const double> values) {
  double total = 0;
  double lost = 0;
  for (const double value : values) {
    const double next = total + value;
    lost += std::abs(total) >= std::abs(value) ? (total - next) + value : (value - next) + total;
    total = next;
  }
  return total + lost;
}

double mean(std::span<const double> values) {
  return values.empty() ? kNone : sum(values) / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
  if (values.empty()) return kNone;
  if (values.size() == 1) return 0.0;
  const double centre = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double quantile_in_place(std::span<double> values, double p) {
  if (values.empty()) return kNone;
  const double at = std::clamp(p, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t sorted = select(values, below);
  const double fraction = at - static_cast<double>(below);
  if (fraction <= 0.0) return values[below];
  const double next =
      below + 1 < sorted ? values[below + 1] : std::ranges::min(values.subspan(below + 1));
  return values[below] + fraction * (next - values[below]);
}

double quantile_of_sorted(std::span<const double> values, double p) {
  if (values.empty()) return kNone;
  const double at = std::clamp(p, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const double fraction = at - static_cast<double>(below);
  if (fraction <= 0.0) return values[below];
  return values[below] + fraction * (values[below + 1] - values[below]);
}

double quantile(std::vector<double> values, double p) { return quantile_in_place(values, p); }

double median(std::vector<double> values) { return quantile_in_place(values, 0.5); }

double trimmed_mean(std::vector<double> values, std::size_t cut) {
  if (values.size() <= 2 * cut) return kNone;
  std::ranges::sort(values);
  return mean(std::span(values).subspan(cut, values.size() - 2 * cut));
}

double winsorised_sd(std::vector<double> values, std::size_t cut) {
  if (values.size() <= 2 * cut) return kNone;
  std::ranges::sort(values);
  const double low = values[cut];
  const double high = values[values.size() - 1 - cut];
  for (double& value : values) value = std::clamp(value, low, high);
  return standard_deviation(values);
}

}  // namespace canarygate::stats
