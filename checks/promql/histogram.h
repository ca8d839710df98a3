/// histogram_quantile of classic buckets.
#pragma once

#include <string>
#include <vector>

#include "checks/promql/columns.h"
#include "checks/result.h"

namespace canarygate::promql {

struct Bucket {
  double upper = 0;  ///< `le`
  double count = 0;  ///< of it and all below
};

/// `buckets` ascend by `upper`; at least one. NaN without a bucket of +Inf, with no other one, and
/// with no observations; the upper bound of the highest finite bucket for what lies beyond it.
[[nodiscard]] double bucket_quantile(double quantile, std::vector<Bucket> buckets);

/// A result for each histogram that `columns` holds, told apart by all labels but `le`. A series
/// without a number in `le` is left out. A clause when two histograms have the same labels.
[[nodiscard]] Result<Columns, std::string> histogram_quantile(double quantile,
                                                              const Columns& columns);

}  // namespace canarygate::promql
