/// The hosts of a metric as small charts on one scale: the canary's first, the worst first.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipelines/reporters/html/metric_view.h"

namespace canarygate::html {

/// A host that has a course of its own, and its mean in the window.
struct RankedHost {
  std::size_t row = 0;  ///< in HostCourses::hosts
  bool canary = false;
  std::optional<double> before;
  std::optional<double> window;
};
/// The canary's hosts, then the baseline's, each the worst first: who says nothing in the window
/// is the worst of all.
[[nodiscard]] std::vector<RankedHost> ranked_hosts(const MetricView& view);

/// At most `most` of them; "" when there is nothing to draw.
[[nodiscard]] std::string host_charts(const MetricView& view, std::size_t most);

}  // namespace canarygate::html
