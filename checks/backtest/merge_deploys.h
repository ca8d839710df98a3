/// Past deploys of several places, each of them once.
#pragma once

#include <vector>

#include "checks/backtest/deploy.h"
#include "checks/result.h"

namespace canarygate::backtest {

/// By time. Those of the same second and hosts are one deploy: the first's source, and what any of
/// them knows. ErrorKind::usage where one calls it good and another bad.
[[nodiscard]] Result<std::vector<PastDeploy>> merge_deploys(std::vector<PastDeploy> deploys);

}  // namespace canarygate::backtest
