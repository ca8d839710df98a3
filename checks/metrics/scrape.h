/// `type: scrape`: reads the hosts' own Prometheus/OpenMetrics endpoints, no server in between.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType scrape_backend();

}  // namespace canarygate
