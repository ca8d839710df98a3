/// `traffic`: was the canary given enough to be judged at all?
#pragma once

#include <cstdint>
#include <optional>

#include "checks/definition/model.h"
#include "checks/gate/tables.h"
#include "checks/outcome.h"

namespace canarygate::gate {

/// Over the `points` columns from `first_column` on. No numbers at all are none.
[[nodiscard]] TrafficSeen traffic_seen(const judge::Table& events, const Groups& groups,
                                       std::int64_t first_column, std::int64_t points);

/// A reason `low_traffic` when the canary got fewer than `min` events, or per host less than
/// `min_share` of what a baseline host got.
[[nodiscard]] std::optional<Reason> low_traffic(const Traffic& traffic, const TrafficSeen& seen);

}  // namespace canarygate::gate
