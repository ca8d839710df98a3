// The point at which the cumulative sum of deviations from the mean is farthest from zero (Page,
// Biometrika 42, 1955; as an estimate of the change point: Hinkley, Biometrika 57, 1970).
#include "checks/judge/since.h"

#include "checks/judge/limits.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

double difference_at(const Points& points, const Measure& scale, const Sides& sides,
                     std::int64_t i) {
  const auto side = [&](const std::vector<std::uint32_t>& hosts) {
    std::vector<double> values;
    for (const std::uint32_t host : hosts) {
      const double value = value_at(points, host, i);
      if (!std::isnan(value)) values.push_back(value);
    }
    return values.empty() ? kMissing : scale.scaled(stats::mean(values));
  };
  return sides.baseline.empty() ? side(sides.canary) : side(sides.canary) - side(sides.baseline);
}

std::optional<TimePoint> changed_since(const Timeline& line, const Points& points,
                                       const Measure& scale, const Sides& sides,
                                       std::int64_t elapsed) {
  std::vector<double> series;
  std::vector<std::int64_t> at;
  const auto add = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i <= to; ++i) {
      const double difference = difference_at(points, scale, sides, i);
      if (std::isnan(difference)) continue;
      series.push_back(difference);
      at.push_back(i);
    }
  };
  add(-line.gap - line.reference + 1, -line.gap);
  add(1, elapsed);
  if (series.empty()) return std::nullopt;
  const double mean = stats::mean(series);
  double sum = 0;
  double farthest = -1;
  std::int64_t last_before = 0;
  for (std::size_t i = 0; i + 1 < series.size(); ++i) {
    sum += series[i] - mean;
    // What happened before the window opened is not this deploy's doing.
    if (at[i + 1] < 1 || std::abs(sum) <= farthest) continue;
    farthest = std::abs(sum);
    last_before = std::max<std::int64_t>(0, at[i]);
  }
  return line.at(last_before);
}

}  // namespace canarygate::judge
