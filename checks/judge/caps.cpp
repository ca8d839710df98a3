#include "checks/judge/caps.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// Of the fleet's points of the past, evenly spread.
std::vector<double> sample_of_past(const Rows& rows, const Fleet& fleet, const Timeline& line) {
  constexpr std::size_t kSample = 20'000;
  const auto past = std::max<std::int64_t>(0, 1 - line.gap - line.first());
  const std::size_t stride = 1 + fleet.size() * static_cast<std::size_t>(past) / kSample;
  std::vector<double> sample;
  std::size_t passed = 0;
  for (std::size_t host = 0; host < fleet.size(); ++host) {
    rows.for_each(host, line.first(), -line.gap, [&](std::int64_t, double x) {
      if (passed++ % stride == 0) sample.push_back(x);
    });
  }
  return sample;
}

}  // namespace

void set_caps(Measure& scale, const MetricSpec& spec, const Rows& rows, const Fleet& fleet,
              const Timeline& line) {
  constexpr double kFew = 0.05;
  std::vector<double> sample = sample_of_past(rows, fleet, line);
  if (sample.empty()) return;
  const double high = stats::quantile(sample, 0.99);
  const double low = stats::quantile(std::move(sample), 0.01);
  if (!(low < high)) return;
  const double unit = spec.allow_is_percent ? std::max(std::abs(low), std::abs(high)) : 1;
  const double room = high - low + 2 * spec.allow * unit;
  double seen = 0;
  double beyond = 0;
  for (std::size_t host = 0; host < fleet.size(); ++host) {
    if (fleet.canary[host]) continue;
    rows.for_each(host, 1, line.points, [&](std::int64_t, double x) {
      seen += 1;
      beyond += x < low - room || x > high + room ? 1 : 0;
    });
  }
  if (beyond > kFew * seen) return;
  scale.low = low - room;
  scale.high = high + room;
}

}  // namespace canarygate::judge
