#include "checks/judge/timeline.h"

#include <algorithm>
#include <cstdlib>

namespace canarygate::judge {

namespace {

constexpr Duration kDay = std::chrono::hours(24);
/// From so many days on hosts are compared with themselves at the same time of day (JUDGE.md 2.3).
constexpr std::int64_t kDaysForTimeOfDay = 5;
/// More windows than this teach nothing more; it bounds memory for a history of years.
constexpr std::int64_t kMostWindows = 20'000;

/// How far into its day a point is from window 0's time of day, from -12 h to +12 h.
Duration time_of_day(Duration offset) {
  const Duration rest = (offset % kDay + kDay) % kDay;
  return rest > kDay / 2 ? rest - kDay : rest;
}

/// Points `from`..`to` stand for (at(from - 1), at(to)].
bool overlaps(const Timeline& line, Stretch stretch, const std::vector<Interval>& events) {
  const TimePoint begin = line.at(stretch.from - 1);
  const TimePoint end = line.at(stretch.to);
  return std::ranges::any_of(
      events, [&](const Interval& event) { return event.from <= end && event.to >= begin; });
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

std::vector<std::int64_t> looks_of(std::int64_t points, std::int64_t looks) {
  std::vector<std::int64_t> ends;
  for (std::int64_t l = 1; l <= looks; ++l) {
    const std::int64_t end = (points * l + looks - 1) / looks;
    if (end > 0 && (ends.empty() || end > ends.back())) ends.push_back(end);
  }
  return ends;
}

}  // namespace

std::int64_t Timeline::first() const {
  if (bases.empty() && reference == 0) return 1;
  const std::int64_t oldest = bases.empty() ? 0 : *std::ranges::min_element(bases);
  return reference == 0 ? oldest + 1 : oldest - gap - reference + 1;
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
  line.gap = points_of(request.warmup);
  line.reference = points_of(request.reference);
  line.looks = looks_of(line.points, request.looks);
  // A deploy inside window 0's own reference makes that reference a mixture: better none.
  if (line.reference > 0 && overlaps(line, reference_of(line, 0), request.past_events)) {
    line.reference = 0;
  }
  line.same_time_of_day = request.history >= kDaysForTimeOfDay * kDay;
  for (std::int64_t j = 1; j * request.duration <= request.history; ++j) {
    if (line.bases.size() >= static_cast<std::size_t>(kMostWindows)) break;
    const std::int64_t base = -line.gap - line.reference - j * line.points;
    const Duration offset = time_of_day(base * line.step);
    if (line.same_time_of_day && std::chrono::abs(offset) > request.duration) continue;
    if (overlaps(line, window_of(line, base), request.past_events)) continue;
    if (line.reference > 0 && overlaps(line, reference_of(line, base), request.past_events)) {
      continue;
    }
    line.bases.push_back(base);
  }
  thin_to_budget(line, request.max_points);
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
