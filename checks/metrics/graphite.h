/// `type: graphite`: Graphite's Render API, and what speaks it (VictoriaMetrics, carbonapi).
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType graphite_backend();

}  // namespace canarygate
