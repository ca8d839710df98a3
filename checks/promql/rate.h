/// rate, irate, increase and delta of one series over one range.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "checks/promql/node.h"
#include "checks/promql/samples.h"

namespace canarygate::promql {

/// Milliseconds since 1970.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// `samples` are those within (begin, end], ascending, without stale markers. Nothing for fewer
/// than two.
[[nodiscard]] std::optional<double> evaluate_range(RangeFunction function,
                                                   std::span<const Sample> samples, Range range);

}  // namespace canarygate::promql
