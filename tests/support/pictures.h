/// Courses and placebo scores for the reports of reports.h, so that there is something to draw.
#pragma once

#include "pipelines/report.h"

namespace canarygate::test {

/// For every metric that has numbers: eight points before the deploy, a warm-up of four, and the
/// window as far as it was looked at; hosts as the report names them, levels as the metric has
/// them. The same for the same report.
void add_pictures(Report& report);

}  // namespace canarygate::test
