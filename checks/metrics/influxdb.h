/// `type: influxdb`: InfluxDB 1, asked in InfluxQL.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType influxdb_backend();

}  // namespace canarygate
