/// Numbers over time, as a metrics backend answered them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "checks/clock.h"

namespace canarygate {

/// Of a number that is not there: null, NaN and absent alike, and never 0.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// A stretch of equal buckets. Point i (1..points) is at `start + i * step` and stands for the
/// half-open bucket (start + (i-1) * step, start + i * step].
struct Grid {
  TimePoint start;
  Duration step{0};
  std::int64_t points = 0;

  [[nodiscard]] TimePoint at(std::int64_t i) const { return start + i * step; }
  [[nodiscard]] TimePoint end() const { return at(points); }
  bool operator==(const Grid&) const = default;
};

/// One host's numbers on the grid that was asked for: `values[i]` is point i + 1, NaN where there
/// is none (null, NaN and infinities of the reply are all missing; never 0).
struct Series {
  std::string host;  ///< the value of the host label, as the backend spells it
  std::map<std::string, std::string> labels;  ///< all labels or tags of the reply
  std::vector<double> values;                 ///< exactly `Grid::points` numbers
};

/// Whether there is any number in it at all.
[[nodiscard]] inline bool has_numbers(const Series& series) {
  return std::ranges::any_of(series.values, [](double value) { return !std::isnan(value); });
}

}  // namespace canarygate
