/// Past deploys from a file that somebody keeps, or a script has written.
///
/// CSV whose first line names `time` and, in any order, `canary`, `label` (or `version`) and
/// `good`; or JSON lines with these keys. Plain or gzipped.
#pragma once

#include <string>
#include <vector>

#include "checks/backtest/deploy.h"
#include "checks/result.h"

namespace canarygate::backtest {

/// By time, each deploy once, at least one. Errors are ErrorKind::usage and begin with `path:` and,
/// where there is one, the line.
[[nodiscard]] Result<std::vector<PastDeploy>> read_deploys_file(const std::string& path);

}  // namespace canarygate::backtest
