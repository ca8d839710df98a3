/// `type: file`: numbers from a CSV file, for trying things out, for tests and for replays.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType file_backend();

}  // namespace canarygate
