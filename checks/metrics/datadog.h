/// `type: datadog`: Datadog's metrics, by its API.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType datadog_backend();

}  // namespace canarygate
