/// `traffic`: was the canary given enough to be judged at all?
#pragma once

#include <cstdint>
#include <optional>

#include "checks/definition/model.h"
#include "checks/gate/tables.h"

namespace canarygate::gate {

/// A reason `low_traffic` when the canary got fewer than `min` events over the `points` columns
/// from `first_column` on, or per host less than `min_share` of what a baseline host got. No
/// numbers at all are too few.
[[nodiscard]] std::optional<Reason> low_traffic(const Traffic& traffic, const judge::Table& events,
                                                const Groups& groups, std::int64_t first_column,
                                                std::int64_t points);

}  // namespace canarygate::gate
