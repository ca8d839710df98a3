/// Datadog's query language, as far as canarygate must know it: where in a query its metrics are,
/// and over what length of time each of their points is taken.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/metrics/backend.h"
#include "checks/result.h"

namespace canarygate::datadog {

/// A query whose every metric is rolled up to the check's step.
struct Query {
  struct Term {
    std::size_t begin = 0;  ///< `text[begin, end)` is one metric: `sum:x{…} by {host}.as_count()…`
    std::size_t end = 0;
  };
  std::string text;
  std::vector<Term> terms;  ///< in their order, at least one
  std::vector<std::string> warnings;
};

/// Adds `.rollup(METHOD, STEP)` to each metric of `query`: `sum` where it counts (`as_count`,
/// `as_rate`), Datadog's `avg` elsewhere, none for percentiles, or the method that the query names.
/// `{x:y,host IN (a OR b)}` becomes `{x:y AND host IN (a, b)}`, as Datadog documents it. The fault
/// is a query without a metric or without `by {…}`, one with a parenthesis missing, or a rollup
/// that contradicts `step`.
[[nodiscard]] Result<Query, QueryFault> roll_up(const std::string& query, Duration step);

/// The same faults, as far as they can be told without knowing the step.
[[nodiscard]] std::optional<QueryFault> fault_in(const std::string& query);

}  // namespace canarygate::datadog
