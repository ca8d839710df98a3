/// A deploy of the past, as whoever wrote it down tells it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"

namespace canarygate::backtest {

struct PastDeploy {
  TimePoint deployed_at;
  std::vector<std::string> canary;  ///< the hosts that it changed; empty: the check's own canary
  std::string label;                ///< its version or title; "" where none is known
  std::optional<bool> good;         ///< what people said of it, where somebody did
  std::string source;               ///< "history", "deploys.csv:12", "graphite-events"
};

}  // namespace canarygate::backtest
