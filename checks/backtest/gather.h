/// Fetches the past, each stretch once: what the cache has is not asked for, what is asked for is
/// put into it at once, so that an interrupted run has not asked in vain.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "checks/backtest/cache.h"
#include "checks/backtest/past.h"
#include "checks/gate/backends.h"
#include "checks/gate/queries.h"

namespace canarygate::backtest {

struct Gathered {
  Past past;
  std::int64_t asked = 0;             ///< numbers that backends answered
  std::vector<std::string> warnings;  ///< of the backends, each once
};

struct GatherRequest {
  const gate::QueryPlan& plan;
  const gate::Backends& backends;
  const EnvironmentDefinition& environment;
  Duration step{0};
  std::int64_t first = 0;  ///< points first..last
  std::int64_t last = 0;
  const Cache* cache = nullptr;
};

/// `progress`: requests answered, of all. An error is the backend's own, with the stretch that was
/// asked for.
[[nodiscard]] Result<Gathered> gather(
    const GatherRequest& request, const Ports& ports,
    const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace canarygate::backtest
