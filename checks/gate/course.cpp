#include "checks/gate/course.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace canarygate::gate {

namespace {

/// The mean of a column's numbers; of counts with their total, all errors ÷ all of the total.
double level(const judge::MetricData& data, const std::vector<std::size_t>& rows,
             std::int64_t column) {
  double sum = 0;
  double parts = 0;
  for (const std::size_t row : rows) {
    const double value = data.values.row(row)[column];
    const double part = data.total ? data.total->row(row)[column] : 1.0;
    if (std::isnan(value) || std::isnan(part)) continue;
    sum += value;
    parts += part;
  }
  return parts > 0 ? sum / parts : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Course make_course(const judge::MetricData& data, const Groups& groups,
                   const judge::Timeline& timeline, std::int64_t last) {
  const std::int64_t past = std::max(timeline.reference, timeline.points);
  const std::int64_t first = std::max(timeline.first(), 1 - timeline.gap - past);
  Course course;
  course.start = timeline.at(first - 1);
  course.step = timeline.step;
  course.window = 1 - first;
  const std::vector<std::size_t> canary = rows_of(data.values, groups.canary);
  const std::vector<std::size_t> baseline = rows_of(data.values, groups.baseline);
  for (std::int64_t point = first; point <= last; ++point) {
    const std::int64_t column = point - timeline.first();
    course.canary.push_back(level(data, canary, column));
    course.baseline.push_back(level(data, baseline, column));
  }
  return course;
}

}  // namespace canarygate::gate
