#include "checks/gate/host_courses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "checks/stats/summary.h"

namespace canarygate::gate {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Which of a table's columns become which points.
struct Grid {
  std::int64_t first = 0;    ///< column of the first point
  std::int64_t each = 1;     ///< columns a point
  std::int64_t columns = 0;  ///< in all; the last point may have fewer
  std::int64_t window = 0;   ///< points before the window

  [[nodiscard]] std::size_t points() const {
    return static_cast<std::size_t>((columns + each - 1) / each);
  }
};

Grid make_grid(const judge::Timeline& line, std::int64_t last) {
  const std::int64_t past =
      std::min(std::max(line.reference, line.points), 2 * line.points) + line.gap;
  const std::int64_t before = std::min(past, 1 - line.first());
  Grid grid;
  grid.each = std::max<std::int64_t>(1, (before + line.points + kMostColumns - 1) / kMostColumns);
  grid.window = before / grid.each;
  grid.first = 1 - line.first() - grid.window * grid.each;
  grid.columns = grid.window * grid.each + std::max<std::int64_t>(0, last);
  return grid;
}

/// Sums over columns and hosts: a mean, or all errors over all of the total.
struct Level {
  double sum = 0;
  double parts = 0;

  void add(double value, double part) {
    if (std::isnan(value) || std::isnan(part)) return;
    sum += value;
    parts += part;
  }
  [[nodiscard]] double value() const { return parts > 0 ? sum / parts : kNone; }
};

class Courses {
 public:
  Courses(const judge::MetricData& data, const Grid& grid) : data_(data), grid_(grid) {}

  void add(std::size_t row, std::size_t point, Level& level) const {
    const std::int64_t from = static_cast<std::int64_t>(point) * grid_.each;
    const std::int64_t to = std::min(from + grid_.each, grid_.columns);
    for (std::int64_t i = from; i < to; ++i) {
      const std::int64_t column = grid_.first + i;
      level.add(data_.values.row(row)[column], data_.total ? data_.total->row(row)[column] : 1.0);
    }
  }

  [[nodiscard]] double at(std::size_t row, std::size_t point) const {
    Level level;
    add(row, point, level);
    return level.value();
  }

  /// Over the window, as far as it was looked at.
  [[nodiscard]] double in_window(std::size_t row) const {
    Level level;
    for (auto p = static_cast<std::size_t>(grid_.window); p < grid_.points(); ++p) {
      add(row, p, level);
    }
    return level.value();
  }

 private:
  const judge::MetricData& data_;
  const Grid& grid_;
};

/// The `most` that are worst in the window, by name again.
std::vector<std::size_t> worst_of(std::vector<std::size_t> rows, const Courses& courses,
                                  Worse worse, std::size_t most) {
  if (rows.size() <= most) return rows;
  std::vector<double> badness;
  std::vector<double> levels;
  for (const std::size_t row : rows) levels.push_back(courses.in_window(row));
  std::vector<double> known = levels;
  std::erase_if(known, [](double level) { return std::isnan(level); });
  const double middle = known.empty() ? 0.0 : stats::quantile(known, 0.5);
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double off = std::isnan(levels[i]) ? 0.0 : levels[i] - middle;
    const double bad = worse == Worse::higher ? off : worse == Worse::lower ? -off : std::abs(off);
    order.emplace_back(-bad, rows[i]);
  }
  std::ranges::sort(order);
  rows.clear();
  for (std::size_t i = 0; i < most; ++i) rows.push_back(order[i].second);
  std::ranges::sort(rows);
  return rows;
}

void add_band(const Courses& courses, const std::vector<std::size_t>& baseline, std::size_t point,
              HostCourses& out) {
  std::vector<double> numbers;
  for (const std::size_t row : baseline) {
    const double value = courses.at(row, point);
    if (!std::isnan(value)) numbers.push_back(value);
  }
  std::ranges::sort(numbers);
  const auto share = [&](double q) {
    return numbers.empty() ? kNone : stats::quantile_of_sorted(numbers, q);
  };
  out.low.push_back(share(0.1));
  out.middle.push_back(share(0.5));
  out.high.push_back(share(0.9));
}

}  // namespace

HostCourses make_host_courses(const judge::MetricData& data, const Groups& groups,
                              const judge::Timeline& timeline, std::int64_t last) {
  const Grid grid = make_grid(timeline, last);
  const Courses courses(data, grid);
  std::vector<std::size_t> canary = rows_of(data.values, groups.canary);
  const std::vector<std::size_t> baseline = rows_of(data.values, groups.baseline);
  HostCourses out;
  out.start = timeline.at(-grid.window * grid.each);
  out.step = grid.each * timeline.step;
  out.window = grid.window;
  for (std::size_t point = 0; point < grid.points(); ++point) {
    Level all;
    for (const std::size_t row : canary) courses.add(row, point, all);
    out.canary.push_back(all.value());
    add_band(courses, baseline, point, out);
  }
  if (canary.size() + baseline.size() > kMostRows) {
    canary.resize(std::min(canary.size(), kMostRows / 2));
  }
  std::vector<std::size_t> rows =
      worst_of(baseline, courses, data.spec.worse, kMostRows - std::min(canary.size(), kMostRows));
  out.canaries = static_cast<std::int64_t>(canary.size());
  rows.insert(rows.begin(), canary.begin(), canary.end());
  for (const std::size_t row : rows) {
    out.hosts.push_back(data.values.hosts[row]);
    for (std::size_t point = 0; point < grid.points(); ++point) {
      out.values.push_back(courses.at(row, point));
    }
  }
  return out;
}

}  // namespace canarygate::gate
