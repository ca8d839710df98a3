/// `type: newrelic`: New Relic, asked in NRQL through its GraphQL API, NerdGraph.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType newrelic_backend();

}  // namespace canarygate
