/// `type: http_json`: any API that answers with series in JSON. Templates say what to ask, JSON
/// pointers where in the answer the numbers are.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType http_json_backend();

}  // namespace canarygate
