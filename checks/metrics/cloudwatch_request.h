/// What is sent to CloudWatch for a query: forms of GetMetricData, each within the service's
/// limits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/http/url.h"
#include "checks/metrics/cloudwatch_query.h"
#include "checks/series.h"

namespace canarygate::cloudwatch {

/// Why CloudWatch has no numbers in steps of this length, and which would do; nothing when it has.
[[nodiscard]] std::optional<std::string> step_fault(Duration step);

/// One request's form. `NextToken` of an earlier answer is added by whoever sends it.
struct Form {
  Parameters parameters;
  std::vector<std::string> ids;  ///< that the answer must say something of; none for a search
};

/// Of host h (an index into the host's values): of the metric, and of the one that proves its
/// zeros.
[[nodiscard]] std::string value_id(std::size_t h);
[[nodiscard]] std::string witness_id(std::size_t h);

/// The dimension `host_label`, whose values are the hosts. The error is a clause.
[[nodiscard]] Result<const Dimension*, std::string> host_dimension(const MetricQuery& query,
                                                                   const std::string& host_label);

/// `host` points into `query`.
[[nodiscard]] std::vector<Form> metric_forms(const MetricQuery& query, const Dimension& host,
                                             const Grid& grid);

/// The error is a clause.
[[nodiscard]] Result<std::vector<Form>, std::string> search_forms(const SearchQuery& query,
                                                                  const std::string& host_label,
                                                                  const Grid& grid);

/// The host in a label of a search's answer; "" when it names none.
[[nodiscard]] std::string host_in_label(const std::string& label);

/// The point (from 1) that stands for the period that begins at `begin`: the one in whose bucket
/// the period ends. Nothing when it is none of the grid's.
[[nodiscard]] std::optional<std::int64_t> point_of(TimePoint begin, const Grid& grid);

}  // namespace canarygate::cloudwatch
