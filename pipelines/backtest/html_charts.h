/// The charts of a backtest's page: SVG that says in words what it shows.
#pragma once

#include <string>

#include "checks/backtest.h"

namespace canarygate::backtest {

/// `0.5 %`, `12 %`
[[nodiscard]] std::string share_text(double share);

/// A bar an hour of the day for the share of made-up deploys that it would have stopped, with its
/// 95 % interval, and a line at what the check allows itself.
[[nodiscard]] std::string hours_chart(const Findings& findings);

/// A bar as long as `share` (0 to 1) of a table's column.
[[nodiscard]] std::string share_bar(double share);

/// How often a change of each size was found, with 95 % intervals, and a line at 8 times in 10. A
/// leak stands beside it.
[[nodiscard]] std::string power_chart(const MetricPower& power);

}  // namespace canarygate::backtest
