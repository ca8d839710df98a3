/// The canary's course beside the baseline's, with what happened when.
#pragma once

#include <string>

#include "pipelines/reporters/html/metric_view.h"

namespace canarygate::html {

/// The figure with its legend; "" when there is nothing to draw.
[[nodiscard]] std::string course_figure(const MetricView& view);

/// The same without words or axes, for a table: the sentence beside it has the numbers.
[[nodiscard]] std::string small_course(const MetricView& view);

/// What the chart shows, in one sentence with its numbers.
[[nodiscard]] std::string course_words(const MetricView& view);

}  // namespace canarygate::html
