#include "pipelines/reporters/html/chart_data.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "checks/text.h"

namespace canarygate::html {

namespace {

/// As a string in a script element: neither `</script` nor `<!--` may ever appear in one.
std::string quoted(const std::string& text) {
  std::string json =
      nlohmann::json(printable(text)).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos;) {
    json.replace(at, 1, "\\u003c");
  }
  return json;
}

std::string numbers(const std::vector<double>& values, double factor) {
  std::string json;
  for (const double value : values) {
    if (!json.empty()) json += ',';
    if (std::isfinite(value * factor)) {
      json += fmt::format("{:.3g}", value * factor);
    } else {
      json += "null";
    }
  }
  return "[" + json + "]";
}

}  // namespace

std::string chart_data(const std::vector<MetricView>& views) {
  std::string json;
  for (const MetricView& view : views) {
    if (!view.drawable) continue;
    const HostCourses& courses = view.courses();
    const double f = view.unit.factor;
    json += json.empty() ? "" : ",\n";
    json += fmt::format(
        R"({{"id":{},"name":{},"unit":{},"start":{},"step":{},"canary":{},"low":{},"middle":{},"high":{}}})",
        quoted(view.id), quoted(view.metric.spec.name), quoted(view.unit.name),
        courses.start.time_since_epoch().count(), courses.step.count(), numbers(courses.canary, f),
        numbers(courses.low, f), numbers(courses.middle, f), numbers(courses.high, f));
  }
  return "[" + json + "]";
}

}  // namespace canarygate::html
