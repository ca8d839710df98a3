/// One index for all of time that a judgement looks at.
///
/// Point i is at `start + i * step`, where start = deployed_at + warmup; i = 1..n is the window, i
/// <= -g is before the deploy (g = ⌈warmup / step⌉ points of warm-up). A stretch is named by its
/// base b: its window is b+1..b+n, its reference b-g-r+1..b-g. Window 0 has b = 0; history windows
/// j = 1..J have b_j = -g - r - j*n, unless thinned or left out (JUDGE.md 1 and 11).
#pragma once

#include <cstdint>
#include <vector>

#include "checks/clock.h"
#include "checks/series.h"

namespace canarygate::judge {

struct Interval {
  TimePoint from;
  TimePoint to;
};

struct Timeline {
  TimePoint deployed_at;
  TimePoint start;
  Duration step{0};
  std::int64_t points = 0;          ///< n
  std::int64_t gap = 0;             ///< g
  std::int64_t reference = 0;       ///< r, may be 0
  std::vector<std::int64_t> looks;  ///< n_l = ⌈n·l/L⌉, ascending, the last is n, none twice
  std::vector<std::int64_t> bases;  ///< b_j of the history windows, from the youngest back
  bool thinned = false;             ///< the fetch budget left windows out
  /// With five days of history or more: all history windows are of window 0's time of day, give or
  /// take a duration.
  bool same_time_of_day = false;

  [[nodiscard]] TimePoint at(std::int64_t i) const { return start + i * step; }
  /// The oldest index that any window or reference needs (1 when only window 0 is looked at).
  [[nodiscard]] std::int64_t first() const;
  /// first()..n
  [[nodiscard]] std::int64_t columns() const { return points - first() + 1; }
};

/// How much of the past to look at.
struct TimelineRequest {
  TimePoint deployed_at;
  Duration warmup{0};
  Duration duration{0};
  Duration step{0};
  Duration reference{0};
  Duration history{0};
  std::int64_t looks = 1;
  std::vector<Interval> past_events;  ///< windows and references that overlap one are left out
  /// At most so many points a series may be fetched; 0 for no bound. Above it history windows are
  /// left out, spread evenly over the time of day.
  std::int64_t max_points = 0;
};

[[nodiscard]] Timeline make_timeline(const TimelineRequest& request);

/// The stretches of points to ask a backend for before the window opens: inclusive, ascending, not
/// touching, covering every reference and history window and nothing after the deploy.
struct Stretch {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool operator==(const Stretch&) const = default;
};
[[nodiscard]] std::vector<Stretch> stretches_before(const Timeline& timeline);

}  // namespace canarygate::judge
