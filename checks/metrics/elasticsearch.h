/// `type: elasticsearch`: Elasticsearch and OpenSearch, where logs are what there is to count.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType elasticsearch_backend();

}  // namespace canarygate
