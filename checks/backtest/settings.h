/// The same check with one setting changed, for "what would another setting give?".
#pragma once

#include <string>
#include <vector>

#include "checks/definition/model.h"

namespace canarygate::backtest {

struct Setting {
  std::string name;  ///< "window 10m"
  CheckDefinition check;
};

/// Another window (half, double), another `allow` (none, double), other `false_alarms` (0.1 %, 1 %,
/// 5 %): those that differ from the check's own and are possible for it.
[[nodiscard]] std::vector<Setting> other_settings(const CheckDefinition& check);

}  // namespace canarygate::backtest
