#include "checks/metrics/buckets.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace canarygate {

Result<std::vector<double>, TimePoint> into_buckets(std::vector<Sample> samples, const Grid& grid,
                                                    const BucketRule& rule) {
  std::ranges::sort(samples, {}, &Sample::time);
  const auto twice = std::ranges::adjacent_find(samples, {}, &Sample::time);
  if (twice != samples.end()) return unexpected(twice->time);

  // In a bucket that is open at its beginning, a sample on the edge belongs to the one before.
  const Duration edge(rule.time_is_start ? 0 : 1);
  std::vector<double> values(static_cast<std::size_t>(grid.points),
                             std::numeric_limits<double>::quiet_NaN());
  std::vector<std::uint32_t> counts(values.size());
  for (const Sample& sample : samples) {
    const Duration after = sample.time - grid.start - edge;
    if (after < Duration(0) || after >= grid.step * grid.points || std::isnan(sample.value)) {
      continue;
    }
    const auto bucket = static_cast<std::size_t>(after / grid.step);
    double& value = values[bucket];
    const bool replaces = counts[bucket]++ == 0 || rule.combine == Combine::last;
    value = replaces ? sample.value : value + sample.value;
  }
  if (rule.combine != Combine::mean) return values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (counts[i] > 1) values[i] /= counts[i];
  }
  return values;
}

}  // namespace canarygate
