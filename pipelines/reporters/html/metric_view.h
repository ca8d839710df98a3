/// What all pictures of one metric share: its name in the page, the unit its numbers are written
/// in, and the range they cover.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/outcome.h"
#include "pipelines/explanation/explanation.h"
#include "pipelines/numbers.h"

namespace canarygate::html {

struct MetricView {
  const Outcome& outcome;
  const MetricOutcome& metric;
  MetricTable::Row words;  ///< of the table of metrics
  std::string id;          ///< unique in the page, `c0m3`
  DisplayUnit unit;
  double low = 0;  ///< of the value axis, in the metric's own unit; low < high
  double high = 1;
  std::optional<double> expected;  ///< of the canary, where it was compared
  bool drawable = false;           ///< any number to draw

  [[nodiscard]] const HostCourses& courses() const { return metric.courses; }
  [[nodiscard]] std::size_t points() const { return metric.courses.canary.size(); }
  /// The end of what point `i` stands for.
  [[nodiscard]] TimePoint time(std::size_t i) const {
    return metric.courses.start + (static_cast<std::int64_t>(i) + 1) * metric.courses.step;
  }
  /// The number alone, in `unit`.
  [[nodiscard]] std::string number(double value) const {
    return format_number(value * unit.factor, 3);
  }
  /// With its unit.
  [[nodiscard]] std::string quantity(double value) const {
    return format_quantity(value, metric.spec.unit);
  }
};

[[nodiscard]] MetricView make_view(const Outcome& outcome, const MetricOutcome& metric,
                                   MetricTable::Row words, std::string id);

/// Mean of the numbers among values[from..to); nothing when there is none.
[[nodiscard]] std::optional<double> mean_of(const std::vector<double>& values, std::size_t from,
                                            std::size_t to);

/// Of one of HostCourses' hosts.
[[nodiscard]] std::vector<double> values_of(const HostCourses& courses, std::size_t host);

}  // namespace canarygate::html
