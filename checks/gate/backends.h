/// The backends that one check asks, ready to be asked.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "checks/definition/model.h"
#include "checks/metrics/backend.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate::gate {

/// By the environment's name for it; only those that the check uses.
using Backends = std::map<std::string, std::unique_ptr<MetricsBackend>>;

/// Makes each backend once. ErrorKind::definition: the environment has none of that name.
[[nodiscard]] Result<Backends> make_backends(const CheckDefinition& check,
                                             const EnvironmentDefinition& environment,
                                             const Ports& ports);

/// Whether every secret that the check's backends and sources refer to can be read, so that a
/// missing one is told before anything is asked. Commands are not run for this. ErrorKind::secret.
[[nodiscard]] Status secrets_exist(const CheckDefinition& check,
                                   const EnvironmentDefinition& environment, const Ports& ports);

/// The metric's own settle time, else its backend's.
[[nodiscard]] Duration settle_of(const MetricSpec& metric, const Backends& backends);

/// The longest settle time of the check's queries.
[[nodiscard]] Duration settle_of(const CheckDefinition& check, const Backends& backends);

}  // namespace canarygate::gate
