/// Amazon CloudWatch, asked by GetMetricData.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType cloudwatch_backend();

}  // namespace canarygate
