#include "pipelines/reporters/html/metric_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/judge/explain.h"

namespace canarygate::html {

namespace {

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void add(const std::vector<double>& values) {
    for (const double value : values) add(value);
  }
  [[nodiscard]] bool empty() const { return low > high; }
};

/// Zero belongs to the picture unless the numbers are far from it: a change of 5 % must not look
/// like a doubling, and one of 0.1 % must be seen at all.
void include_zero(Range& range) {
  constexpr double kFar = 0.35;
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  if (range.high - range.low < kFar * size) return;
  range.add(0.0);
}

void add_limits(const MetricSpec& spec, Range& range) {
  if (!spec.limit) return;
  constexpr double kFarthest = 2.5;  // a limit far away would flatten everything else
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  for (const auto& bound : {spec.limit->max, spec.limit->min}) {
    if (bound && std::abs(*bound) <= kFarthest * size) range.add(*bound);
  }
}

}  // namespace

MetricView make_view(const Outcome& outcome, const MetricOutcome& metric, MetricTable::Row words,
                     std::string id) {
  MetricView view{outcome, metric, std::move(words), std::move(id), {}, 0, 1, std::nullopt, false};
  const HostCourses& courses = metric.courses;
  Range range;
  range.add(courses.canary);
  range.add(courses.low);
  range.add(courses.high);
  const std::size_t canaries = static_cast<std::size_t>(courses.canaries) * view.points();
  for (std::size_t i = 0; i < canaries; ++i) range.add(courses.values[i]);
  view.drawable = !range.empty();
  if (!view.drawable) return view;
  if (metric.finding.effect.estimate) view.expected = judge::expected_mean(metric.finding);
  if (view.expected) range.add(*view.expected);
  add_limits(metric.spec, range);
  include_zero(range);
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  const double room = range.high > range.low ? (range.high - range.low) * 0.06
                      : size > 0             ? size * 0.1
                                             : 1.0;
  view.low = range.low == 0.0 ? 0.0 : range.low - room;
  view.high = range.high == 0.0 && range.low < 0.0 ? 0.0 : range.high + room;
  view.unit = display_unit(size, metric.spec.unit);
  return view;
}

std::optional<double> mean_of(const std::vector<double>& values, std::size_t from, std::size_t to) {
  double sum = 0;
  double count = 0;
  for (std::size_t i = from; i < std::min(to, values.size()); ++i) {
    if (!std::isfinite(values[i])) continue;
    sum += values[i];
    count += 1;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

std::vector<double> values_of(const HostCourses& courses, std::size_t host) {
  const std::size_t points = courses.canary.size();
  const auto begin = courses.values.begin() + static_cast<std::ptrdiff_t>(host * points);
  return {begin, begin + static_cast<std::ptrdiff_t>(points)};
}

}  // namespace canarygate::html
