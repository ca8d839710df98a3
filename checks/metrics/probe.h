/// The least that proves that a backend answers queries.
#pragma once

#include <string>

#include "checks/metrics/backend.h"

namespace canarygate {

/// Puts `query` to `backend` for the newest two minutes whose numbers are complete. An answer
/// without any series is a proof too: `answers queries`.
[[nodiscard]] Result<std::string> probe_by_query(MetricsBackend& backend, const std::string& query,
                                                 const Probe& probe);

}  // namespace canarygate
