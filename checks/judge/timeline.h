/// One index for all of time that a judgement looks at.
///
/// Point i is at `start + i * step`, where start = deployed_at + warmup; i = 1..n is the window, i
/// <= -g is before the deploy (the gap g covers the deploy's own length and the warm-up, which
/// belong to neither side). A stretch is named by its base b: its window is b+1..b+n, its reference
/// b-g-r+1..b-g. Window 0 has b = 0; history windows j = 1..J have b_j = -g - r - j*n, unless
/// thinned or left out (JUDGE.md 1 and 11).
///
/// Windows that overlap a past deploy, themselves or by their reference, are left out, whatever
/// that deploy's verdict was. Where deploys are so many that hardly any would be left, or only
/// those of the night, a quarter of every twelve in a row stays, those that overlap least: what a
/// deploy does there makes the judge see less, not stop more. Window 0's own reference begins after
/// the last deploy at the earliest.
///
/// A past that begins at `past_begins` is too short for that. Of its p points before the deploy the
/// reference takes a tenth at most, r = min(asked for, p/10) or less where only that leaves room
/// for kFewestWindows, and the history windows lie back to back right before the deploy, b_j = -g -
/// j*n, over window 0's own reference as they lie over each other's anyway; as many as there are
/// points for, reference included. Where fewer than kFewestWindows fit there are none, and r =
/// min(asked for, p): then hosts are compared inside window 0, after what they were before. The gap
/// is the same for all: a history window closer to its reference than window 0 would differ too
/// little from it, and false alarms would be five times as many in a fleet of four.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checks/clock.h"
#include "checks/series.h"

namespace canarygate::judge {

/// Fewer history windows measure no null.
inline constexpr std::size_t kFewestWindows = 4;

struct Interval {
  TimePoint from;
  TimePoint to;
};

struct Timeline {
  TimePoint deployed_at;
  TimePoint start;
  Duration step{0};
  std::int64_t points = 0;          ///< n
  std::int64_t gap = 0;             ///< g = ⌈(warmup + the deploy's length) / step⌉
  std::int64_t reference = 0;       ///< r, may be 0
  std::vector<std::int64_t> looks;  ///< n_l = ⌈n·l/L⌉, ascending, the last is n, none twice
  /// The window's last so many points, a quarter, are summarised by themselves, too: what grows
  /// while the gate looks on (a leak) shows most in them. 0 where the window has too few.
  std::int64_t late = 0;
  std::vector<std::int64_t> bases;  ///< b_j of the history windows, from the youngest back
  std::size_t overlapping = 0;      ///< so many of the bases overlap past deploys
  bool thinned = false;             ///< the fetch budget left windows out
  /// With five days of history or more: all history windows are of window 0's time of day, give or
  /// take a duration.
  bool same_time_of_day = false;

  [[nodiscard]] TimePoint at(std::int64_t i) const { return start + i * step; }
  /// The parts of a window that become a number each: one a look, then the late points.
  [[nodiscard]] std::size_t parts() const { return looks.size() + (late > 0 ? 1U : 0U); }
  /// The oldest index that any window or reference needs (1 when only window 0 is looked at).
  [[nodiscard]] std::int64_t first() const;
  /// first()..n
  [[nodiscard]] std::int64_t columns() const { return points - first() + 1; }
  /// For window 0 and each history window j the first history window that ends before its reference
  /// begins; J + 1 where none does.
  [[nodiscard]] std::vector<std::size_t> older_windows() const;
};

/// How much of the past to look at.
struct TimelineRequest {
  TimePoint deployed_at;
  std::optional<TimePoint> deploy_began;  ///< nothing: at deployed_at, in no time
  std::optional<TimePoint> past_begins;   ///< before it there are no numbers; nothing: no such end
  Duration warmup{0};
  Duration duration{0};
  Duration step{0};
  Duration reference{0};
  Duration history{0};
  std::int64_t looks = 1;
  std::vector<Interval> past_events;  ///< deploys: what overlaps one is left out, see above
  /// At most so many points a series may be fetched; 0 for no bound. Above it history windows are
  /// left out, spread evenly over the time of day.
  std::int64_t max_points = 0;
};

[[nodiscard]] Timeline make_timeline(const TimelineRequest& request);

/// The stretches of points to ask a backend for before the window opens: inclusive, ascending, not
/// touching, covering every reference and history window, nothing after the deploy's begin and
/// nothing before `past_begins`.
struct Stretch {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool operator==(const Stretch&) const = default;
};
[[nodiscard]] std::vector<Stretch> stretches_before(const Timeline& timeline);

}  // namespace canarygate::judge
