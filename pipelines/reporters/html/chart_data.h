/// The courses as compact JSON, for the script that shows a point's numbers when it is pointed at.
#pragma once

#include <string>
#include <vector>

#include "pipelines/reporters/html/metric_view.h"

namespace canarygate::html {

/// An array, one entry a metric that can be drawn; three significant digits; safe within a script
/// element: no `<` is in it.
[[nodiscard]] std::string chart_data(const std::vector<MetricView>& views);

}  // namespace canarygate::html
