/// `type: exec`: numbers from a program of the user's own, asked and answering in JSON.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType exec_backend();

}  // namespace canarygate
