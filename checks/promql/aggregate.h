/// sum, avg, min, max and count over the series of each group, point by point.
#pragma once

#include "checks/promql/columns.h"
#include "checks/promql/node.h"

namespace canarygate::promql {

/// `columns` is what the aggregation's operand gave.
[[nodiscard]] Columns aggregate(const Aggregation& aggregation, const Columns& columns);

}  // namespace canarygate::promql
