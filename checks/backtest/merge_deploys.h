/// Past deploys of several places, each of them once.
#pragma once

#include <vector>

#include "checks/backtest/deploy.h"
#include "checks/result.h"

namespace canarygate::backtest {

/// By time. Those of the same second and hosts, or without hosts, are one deploy: the first's
/// source, and what any of them knows. ErrorKind::usage where one calls it good and another bad.
[[nodiscard]] Result<std::vector<PastDeploy>> merge_deploys(std::vector<PastDeploy> deploys);

/// The same of deploys that were `judged`, and what `others` tell: of these, one less than `apart`
/// from a judged one of the same hosts, or without hosts, is that deploy, and gives it its name.
[[nodiscard]] Result<std::vector<PastDeploy>> merge_deploys(std::vector<PastDeploy> judged,
                                                            std::vector<PastDeploy> others,
                                                            Duration apart);

}  // namespace canarygate::backtest
