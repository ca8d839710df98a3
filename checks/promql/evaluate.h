/// Evaluates a query over stored samples as Prometheus would; the differences are listed in one
/// place, at the top of evaluate.cpp.
#pragma once

#include <string>
#include <vector>

#include "checks/promql/parse.h"
#include "checks/promql/samples.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::promql {

struct EvaluatedSeries {
  Labels labels;
  std::vector<Sample> points;  ///< ascending; only where there is a value, which may be NaN
};

/// The query at each point of `grid`, at(1) to at(points). An instant selector takes a series'
/// newest sample in (t - lookback, t] unless a stale marker came after it; a range selector takes
/// the samples in (t - range, t], without stale markers. Series are sorted by their labels. A
/// scalar query is one series without labels. The error is a clause: what Prometheus refuses when
/// it evaluates (several matches for one label set).
[[nodiscard]] Result<std::vector<EvaluatedSeries>, std::string> evaluate(const Query& query,
                                                                         const SampleSource& source,
                                                                         const Grid& grid,
                                                                         Duration lookback);

}  // namespace canarygate::promql
