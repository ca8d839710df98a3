/// Finding deploys again by the events that canarygate itself has sent (pipelines/notify).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/backtest/deploy.h"
#include "pipelines/deploys/event_source.h"

namespace canarygate::deploys {

/// The tags of a check's events, in this environment where it has a name.
[[nodiscard]] std::vector<std::string> own_tags(const std::string& check,
                                                const std::string& environment);

/// Whether one of canarygate sent it, of whatever check.
[[nodiscard]] bool is_own(const Event& event);

/// The deploy that it is of, without a source. Nothing where it does not say when that was: at the
/// start of a run that itself deploys.
[[nodiscard]] std::optional<backtest::PastDeploy> own_deploy(const Event& event);

}  // namespace canarygate::deploys
