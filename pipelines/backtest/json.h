/// A backtest for programs: one JSON document, version 1.
#pragma once

#include <string>

#include "checks/backtest.h"

namespace canarygate::backtest {

/// Ends with a newline. Shares are fractions, durations seconds, times RFC 3339.
[[nodiscard]] std::string to_json(const Findings& findings);

}  // namespace canarygate::backtest
