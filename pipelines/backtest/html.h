/// A backtest as one page that opens offline, in the house of the HTML report: what it means first,
/// then charts, and the tables that they are drawn from.
#pragma once

#include <string>

#include "checks/backtest.h"
#include "checks/definition/model.h"

namespace canarygate::backtest {

/// `check`: as it was replayed. Everything that came from outside is escaped.
[[nodiscard]] std::string to_html(const Findings& findings, const CheckDefinition& check);

}  // namespace canarygate::backtest
