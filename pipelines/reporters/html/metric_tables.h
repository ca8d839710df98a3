/// The numbers behind a metric's pictures, as tables, and how they were asked for.
#pragma once

#include <cstddef>
#include <string>

#include "pipelines/reporters/html/metric_view.h"

namespace canarygate::html {

/// Point by point, host by host (at most `hosts` of them), the test's own numbers, and the queries;
/// folded away.
[[nodiscard]] std::string metric_tables(const MetricView& view, std::size_t hosts);

}  // namespace canarygate::html
