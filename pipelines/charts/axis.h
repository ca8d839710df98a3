/// Axes of charts: where a value lies, and which values are worth a tick.
#pragma once

#include <vector>

#include "checks/clock.h"

namespace canarygate::charts {

struct Point {
  double x = 0;
  double y = 0;
};

/// Where a value lies between the two ends of an axis.
class Axis {
 public:
  enum class Kind { linear, logarithmic };
  /// `low` and `high` differ.
  Axis(Kind kind, double low, double high, double from, double to)
      : kind_(kind), low_(low), high_(high), from_(from), to_(to) {}

  /// Values beyond an end lie on it.
  [[nodiscard]] double at(double value) const;
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] double from() const { return from_; }
  [[nodiscard]] double to() const { return to_; }

 private:
  Kind kind_;
  double low_;
  double high_;
  double from_;
  double to_;
};

/// Multiples of 1, 2 or 5 times a power of ten from `low` to `high`, at most `most` (2 at least).
/// Both finite, low < high.
[[nodiscard]] std::vector<double> ticks(double low, double high, std::size_t most);

/// Round times from `from` to `to`, at most `most`.
[[nodiscard]] std::vector<TimePoint> time_ticks(TimePoint from, TimePoint to, std::size_t most);

}  // namespace canarygate::charts
