/// Whether a number that a PromQL query of a whole service is compared with means the same for one
/// host of it.
#pragma once

#include <string>
#include <string_view>

#include "checks/promql/outline.h"

namespace canarygate {

/// How a query's value grows with what it is taken over. `sum(x)` over ten hosts is ten times one
/// host's, `sum(x) / sum(y)` is not; `increase(x[5m])` is five times that of one minute.
struct QueryScale {
  int hosts = 0;
  int time = 0;
  bool is_known = true;
  [[nodiscard]] bool is_plain() const { return is_known && hosts == 0 && time == 0; }
};

/// Of the query as it was, if its aggregations are to be grouped by `host_label` and the ranges of
/// its rates and increases replaced.
[[nodiscard]] QueryScale scale_of(const promql::Outline& node, std::string_view query,
                                  const std::string& host_label);

/// Functions whose range is only how far they look for two samples, or over which they count:
/// `rate`, `increase`.
[[nodiscard]] bool is_rate_like(std::string_view function);
/// Those whose value grows with it: `increase`.
[[nodiscard]] bool counts_over_range(std::string_view function);
/// `topk` and the like, which pick series.
[[nodiscard]] bool picks_series(std::string_view aggregation);

/// Why a function's result is about no host; empty when it is. A clause.
[[nodiscard]] std::string why_no_host(std::string_view function);

/// Whether `labels` name the series of an aggregation by `host_label` too.
[[nodiscard]] bool keeps_label(const promql::Outline& aggregation, const std::string& host_label);

/// Whether a node is a number whatever the series are: a literal, `time()`.
[[nodiscard]] bool is_scalar(const promql::Outline& node);

}  // namespace canarygate
