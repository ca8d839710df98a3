/// The deploys that the history knows of.
#pragma once

#include <string>
#include <vector>

#include "checks/backtest/deploy.h"
#include "pipelines/history/store.h"

namespace canarygate::backtest {

/// Those of `check` in `environment` that were on trial at or after `since`, by time, one a moment:
/// with the canary of that time, and good or bad where somebody marked the verdict.
[[nodiscard]] Result<std::vector<PastDeploy>> recorded_deploys(history::Store& store,
                                                               const std::string& check,
                                                               const std::string& environment,
                                                               TimePoint since);

/// What a marked verdict says of the deploy; nothing without a mark, or where it was no verdict.
[[nodiscard]] std::optional<bool> was_good(const history::Record& record);

}  // namespace canarygate::backtest
