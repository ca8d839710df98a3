/// An InfluxQL query as checks write it, `$timeFilter` and `$__interval` in it as in Grafana, and
/// the query that is sent for one stretch of time.
///
/// Only as much of the language is read as it takes to put the time range and the buckets in, and
/// to refuse what would make an answer incomplete, filled with numbers that nobody measured, or a
/// command to change data.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::influxql {

/// A place in the text that is written anew for each stretch of time.
struct Place {
  enum class What { time_filter, buckets } what = What::time_filter;
  std::size_t begin = 0;  ///< bytes
  std::size_t end = 0;    ///< after the last
};

struct Query {
  std::string text;
  std::vector<Place> places;             ///< ascending
  std::vector<std::string> intervals{};  ///< of `GROUP BY time(…)` where written out: `15s`
};

/// Reads `text`; a fault where it cannot be asked.
[[nodiscard]] Result<Query, QueryFault> parse(const std::string& text);

/// The query for the points of `grid`. InfluxDB's buckets are half-open at their end and begin at
/// the time they carry; ours are half-open at their start, (start, start + step]. To the nanosecond
/// these are the same buckets when each begins 1 ns after ours, which the offset of `time()` does.
[[nodiscard]] std::string text_for(const Query& query, const Grid& grid);

}  // namespace canarygate::influxql
