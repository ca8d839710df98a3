/// A backtest for people: what it means first, then the tables it was read from.
#pragma once

#include <string>
#include <vector>

#include "checks/backtest.h"

namespace canarygate::backtest {

/// The plain reading, a sentence or two each, printable.
[[nodiscard]] std::vector<std::string> reading(const Findings& findings);

/// Ends with a newline; lines are not wrapped.
[[nodiscard]] std::string to_text(const Findings& findings);

/// `1 of 200 (0.5 %, 95 % interval 0.0 to 2.8 %)`
[[nodiscard]] std::string rate_text(const Rate& rate);

}  // namespace canarygate::backtest
