#include "checks/judge/timeline.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace canarygate::judge {

namespace {

constexpr Duration kDay = std::chrono::hours(24);
/// From so many days on hosts are compared with themselves at the same time of day (JUDGE.md 2.3).
constexpr std::int64_t kDaysForTimeOfDay = 5;
/// More windows than this teach nothing more; it bounds memory for a history of years.
constexpr std::int64_t kMostWindows = 20'000;

/// With a longer reference fewer windows are left; with a shorter one they hardly say more.
constexpr std::int64_t kShareOfPast = 10;

/// How far into its day a point is from window 0's time of day, from -12 h to +12 h.
Duration time_of_day(Duration offset) {
  const Duration rest = (offset % kDay + kDay) % kDay;
  return rest > kDay / 2 ? rest - kDay : rest;
}

/// How much of a stretch deploys take; those that only touch its ends count a millisecond each.
/// Points `from`..`to` stand for (at(from - 1), at(to)].
Duration overlap(const Timeline& line, Stretch stretch, const std::vector<Interval>& events) {
  const TimePoint begin = line.at(stretch.from - 1);
  const TimePoint end = line.at(stretch.to);
  Duration taken{0};
  for (const Interval& event : events) {
    if (event.from > end || event.to < begin) continue;
    taken += std::max(Duration(1), std::min(event.to, end) - std::max(event.from, begin));
  }
  return taken;
}

Stretch window_of(const Timeline& line, std::int64_t base) {
  return {base + 1, base + line.points};
}

Stretch reference_of(const Timeline& line, std::int64_t base) {
  return {base - line.gap - line.reference + 1, base - line.gap};
}

/// Keeps `count` of the windows, spread evenly over the time of day.
std::vector<std::int64_t> thin(const Timeline& line, std::size_t count) {
  std::vector<std::int64_t> by_time = line.bases;
  std::ranges::sort(by_time, [&](std::int64_t a, std::int64_t b) {
    const Duration time_a = time_of_day(a * line.step);
    const Duration time_b = time_of_day(b * line.step);
    return time_a != time_b ? time_a < time_b : a > b;
  });
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < count; ++i) kept.push_back(by_time[i * by_time.size() / count]);
  std::ranges::sort(kept, std::greater<>());
  return kept;
}

std::int64_t points_to_fetch(const Timeline& line) {
  std::int64_t points = line.points;
  for (const Stretch& stretch : stretches_before(line)) points += stretch.to - stretch.from + 1;
  return points;
}

/// Leaves out as few windows as the budget asks for; window 0 and its reference always stay.
void thin_to_budget(Timeline& line, std::int64_t max_points) {
  if (max_points <= 0 || points_to_fetch(line) <= max_points) return;
  line.thinned = true;
  std::size_t fits = 0;
  std::size_t too_many = line.bases.size();
  Timeline tried = line;
  while (fits + 1 < too_many) {
    const std::size_t count = fits + (too_many - fits) / 2;
    tried.bases = thin(line, count);
    (points_to_fetch(tried) <= max_points ? fits : too_many) = count;
  }
  line.bases = thin(line, fits);
}

/// The first point that stands for nothing before `begin`.
std::int64_t first_since(const Timeline& line, TimePoint begin) {
  const Duration before = line.start - begin;
  return 1 - (before >= Duration(0) ? before / line.step : 0);
}

/// As much of window 0's reference as lies after the last deploy, which would make it a mixture.
/// Less than half a window says less of a host than it adds of noise: then none.
std::int64_t clean_reference(Timeline line, std::int64_t reference,
                             const std::vector<Interval>& events) {
  line.reference = reference;
  while (line.reference > 0 && overlap(line, reference_of(line, 0), events) > Duration(0)) {
    --line.reference;
  }
  return line.reference < reference && 2 * line.reference < line.points ? 0 : line.reference;
}

struct HistoryWindow {
  std::int64_t base = 0;
  Duration overlap{0};  ///< with past deploys, its reference's included
};

Duration overlap_of(const Timeline& line, std::int64_t base, const std::vector<Interval>& events) {
  const Duration taken = overlap(line, window_of(line, base), events);
  return line.reference > 0 ? taken + overlap(line, reference_of(line, base), events) : taken;
}

/// All of them, from b_1 = `youngest` back as far as `history` and the points from `oldest` on
/// allow.
std::vector<HistoryWindow> all_windows(const Timeline& line, const TimelineRequest& request,
                                       std::int64_t youngest, std::int64_t oldest) {
  std::vector<HistoryWindow> windows;
  for (std::int64_t j = 1; j * request.duration <= request.history; ++j) {
    const std::int64_t base = youngest - (j - 1) * line.points;
    const Stretch needed = line.reference > 0 ? reference_of(line, base) : window_of(line, base);
    if (windows.size() >= static_cast<std::size_t>(kMostWindows) || needed.from < oldest) break;
    const Duration offset = time_of_day(base * line.step);
    if (line.same_time_of_day && std::chrono::abs(offset) > request.duration) continue;
    windows.push_back({base, overlap_of(line, base, request.past_events)});
  }
  return windows;
}

/// Leaves out the windows that overlap past deploys, but of every kBlock in a row keeps at least
/// kLeast, those that overlap least.
void choose_windows(Timeline& line, const std::vector<HistoryWindow>& windows) {
  constexpr std::size_t kBlock = 12;
  constexpr std::size_t kLeast = 3;
  line.bases.clear();
  for (std::size_t begin = 0; begin < windows.size(); begin += kBlock) {
    const std::size_t size = std::min(kBlock, windows.size() - begin);
    std::vector<HistoryWindow> block(windows.begin() + static_cast<std::ptrdiff_t>(begin),
                                     windows.begin() + static_cast<std::ptrdiff_t>(begin + size));
    std::ranges::stable_sort(block, {}, &HistoryWindow::overlap);
    const auto clear =
        static_cast<std::size_t>(std::ranges::count(block, Duration(0), &HistoryWindow::overlap));
    const std::size_t kept = std::max(clear, size * kLeast / kBlock);
    for (std::size_t i = 0; i < kept; ++i) line.bases.push_back(block[i].base);
  }
  std::ranges::sort(line.bases, std::greater<>());
}

std::vector<std::int64_t> looks_of(std::int64_t points, std::int64_t looks) {
  std::vector<std::int64_t> ends;
  for (std::int64_t l = 1; l <= looks; ++l) {
    const std::int64_t end = (points * l + looks - 1) / looks;
    if (end > 0 && (ends.empty() || end > ends.back())) ends.push_back(end);
  }
  return ends;
}

/// A quarter of fewer than five points is one host's spike as often as a change: on recorded
/// fleets, of 12 points, it doubled the false alarms.
std::int64_t late_of(std::int64_t points) {
  constexpr std::int64_t kEnough = 5;
  const std::int64_t quarter = (points + 3) / 4;
  return quarter < kEnough ? 0 : quarter;
}

}  // namespace

std::int64_t Timeline::first() const {
  if (bases.empty() && reference == 0) return 1;
  const std::int64_t oldest = bases.empty() ? 0 : *std::ranges::min_element(bases);
  return reference == 0 ? oldest + 1 : oldest - gap - reference + 1;
}

std::vector<std::size_t> Timeline::older_windows() const {
  std::vector<std::size_t> older;
  std::size_t found = 1;
  for (std::size_t w = 0; w <= bases.size(); ++w) {
    const std::int64_t reference_begins = (w == 0 ? 0 : bases[w - 1]) - gap - reference;
    while (found <= bases.size() && bases[found - 1] + points > reference_begins) ++found;
    older.push_back(found);
  }
  return older;
}

Timeline make_timeline(const TimelineRequest& request) {
  const auto points_of = [&](Duration length) {
    return (length + request.step - Duration(1)) / request.step;
  };
  Timeline line;
  line.deployed_at = request.deployed_at;
  line.start = request.deployed_at + request.warmup;
  line.step = request.step;
  line.points = points_of(request.duration);
  line.gap = points_of(request.warmup + request.deployed_at -
                       request.deploy_began.value_or(request.deployed_at));
  line.looks = looks_of(line.points, request.looks);
  line.late = late_of(line.points);
  line.same_time_of_day = request.history >= kDaysForTimeOfDay * kDay;
  const std::int64_t asked_for = points_of(request.reference);
  if (!request.past_begins) {
    line.reference = clean_reference(line, asked_for, request.past_events);
    choose_windows(line, all_windows(line, request, -line.gap - line.reference - line.points,
                                     std::numeric_limits<std::int64_t>::min()));
  } else {
    const std::int64_t oldest = first_since(line, *request.past_begins);
    const std::int64_t past = std::max<std::int64_t>(0, 1 - line.gap - oldest);
    std::int64_t share = std::min(asked_for, past / kShareOfPast);
    // A point or two less of it, if that is what makes the fewest windows fit.
    const std::int64_t room =
        past - line.gap - static_cast<std::int64_t>(kFewestWindows) * line.points;
    if (room >= 1) share = std::min(share, room);
    line.reference = clean_reference(line, share, request.past_events);
    choose_windows(line, all_windows(line, request, -line.gap - line.points, oldest));
    if (line.bases.size() < kFewestWindows) {
      line.bases.clear();
      line.reference = clean_reference(line, std::min(asked_for, past), request.past_events);
    }
  }
  thin_to_budget(line, request.max_points);
  line.overlapping =
      static_cast<std::size_t>(std::ranges::count_if(line.bases, [&](std::int64_t base) {
        return overlap_of(line, base, request.past_events) > Duration(0);
      }));
  return line;
}

std::vector<Stretch> stretches_before(const Timeline& line) {
  std::vector<Stretch> wanted;
  if (line.reference > 0) wanted.push_back(reference_of(line, 0));
  for (const std::int64_t base : line.bases) {
    wanted.push_back(window_of(line, base));
    if (line.reference > 0) wanted.push_back(reference_of(line, base));
  }
  std::ranges::sort(wanted, {}, &Stretch::from);
  std::vector<Stretch> merged;
  for (const Stretch& stretch : wanted) {
    if (!merged.empty() && stretch.from <= merged.back().to + 1) {
      merged.back().to = std::max(merged.back().to, stretch.to);
    } else {
      merged.push_back(stretch);
    }
  }
  return merged;
}

}  // namespace canarygate::judge
