/// Samples of any times, put on the grid that was asked for: for servers with a raster of their
/// own.
#pragma once

#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate {

struct Sample {
  TimePoint time;
  double value = 0;  ///< NaN: missing
};

/// What becomes of several samples in one bucket.
enum class Combine { mean, sum, last };

struct BucketRule {
  /// A sample stands for the time that begins at it, so a bucket has its beginning and not its end;
  /// else for the time that ends at it, and a bucket has its end and not its beginning.
  bool time_is_start = false;
  Combine combine = Combine::mean;
};

/// One number a bucket of `grid`, NaN where no sample that has a number lies in it. Samples may
/// come in any order; those beside the grid are left out. Error: the time that two samples have.
[[nodiscard]] Result<std::vector<double>, TimePoint> into_buckets(std::vector<Sample> samples,
                                                                  const Grid& grid,
                                                                  const BucketRule& rule);

}  // namespace canarygate
