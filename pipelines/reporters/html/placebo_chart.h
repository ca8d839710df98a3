/// How the placebo comparisons scored, with this deploy's score beside them.
#pragma once

#include <string>

#include "pipelines/reporters/html/metric_view.h"

namespace canarygate::html {

/// The figure with a sentence that says what it shows; where nothing was drawn, the sentence that
/// says why.
[[nodiscard]] std::string placebo_figure(const MetricView& view);

/// That sentence alone.
[[nodiscard]] std::string placebo_words(const MetricView& view);

}  // namespace canarygate::html
