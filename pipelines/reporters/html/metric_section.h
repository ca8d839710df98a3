/// Everything about one metric: folded away where it passed.
#pragma once

#include <string>

#include "pipelines/reporters/html/metric_view.h"

namespace canarygate::html {

/// How much of it is shown.
struct Detail {
  bool open = true;
  std::size_t charts = 60;  ///< hosts drawn
  std::size_t rows = 60;    ///< hosts listed
};

[[nodiscard]] std::string metric_section(const MetricView& view, const Detail& detail);

/// All metrics in a table that leads to their sections; `views` in the order of the page.
[[nodiscard]] std::string metrics_table(const std::vector<MetricView>& views);

}  // namespace canarygate::html
