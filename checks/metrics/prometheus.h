/// `type: prometheus`: Prometheus, and what speaks its API (Thanos, Mimir, Cortex,
/// VictoriaMetrics).
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType prometheus_backend();

}  // namespace canarygate
