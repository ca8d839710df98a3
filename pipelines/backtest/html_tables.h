/// The tables of a backtest's page.
#pragma once

#include <string>

#include "checks/backtest.h"
#include "checks/definition/model.h"

namespace canarygate::backtest {

/// Each "" where there is nothing to list.
[[nodiscard]] std::string costs_table(const Findings& findings);
[[nodiscard]] std::string stopped_table(const Findings& findings);
[[nodiscard]] std::string power_table(const Findings& findings);
[[nodiscard]] std::string settings_table(const Findings& findings);
[[nodiscard]] std::string real_table(const Findings& findings);
[[nodiscard]] std::string queries_table(const CheckDefinition& check);

}  // namespace canarygate::backtest
