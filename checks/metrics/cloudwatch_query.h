/// What a check may ask CloudWatch, in one of two forms:
///
///     NAMESPACE METRIC STATISTIC {DIMENSION=VALUE, InstanceId={{hosts}}}
///     SEARCH('{AWS/EC2,InstanceId} MetricName="CPUUtilization"', 'Average')
///
/// The first names every metric and so finds those of a host that was started a minute ago; the
/// second finds what CloudWatch has listed, which may take it a quarter of an hour. The first may
/// end with `or 0 where METRIC`: a period without a number then counts as 0 if that other metric of
/// the same dimensions was reported in it. Words with blanks stand in quotes.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/result.h"

namespace canarygate::cloudwatch {

struct Dimension {
  std::string name;
  std::vector<std::string> values;  ///< at least one
};

struct MetricQuery {
  std::string name_space;
  std::string metric;
  std::string statistic;
  std::vector<Dimension> dimensions;  ///< at least one; at most one has several values
  std::string zero_where;             ///< the other metric; "" when absent stays absent
};

struct SearchQuery {
  std::string search;  ///< what stands between the first quotes, as it stands there
  std::string statistic;
  std::optional<Duration> period;  ///< where the query gives it
};

using Query = std::variant<MetricQuery, SearchQuery>;

/// Variables are filled in already.
[[nodiscard]] Result<Query, QueryFault> parse_query(const std::string& text);

}  // namespace canarygate::cloudwatch
