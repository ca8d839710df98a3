/// The check's queries with their variables filled in, each one once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "checks/definition/variables.h"
#include "checks/gate.h"
#include "checks/gate/backends.h"
#include "checks/hosts.h"
#include "checks/result.h"

namespace canarygate::gate {

/// A query to send; several metrics may read one.
struct PlannedQuery {
  std::string backend;
  std::string text;
  std::string host_label;
  bool counts = false;  ///< events, not a level
  bool operator==(const PlannedQuery&) const = default;
};

/// Which queries (by index) make a metric's numbers.
struct MetricQueries {
  std::size_t values = 0;  ///< of `query` or `errors`
  std::optional<std::size_t> total;
  /// What `errors` and `total` are multiplied with to be events a bucket: an increase over a range
  /// longer than the step counts each event in several points.
  double values_per_bucket = 1.0;
  double total_per_bucket = 1.0;
};

struct QueryPlan {
  std::vector<PlannedQuery> queries;
  std::vector<MetricQueries> metrics;  ///< in the order of the check's metrics
  std::optional<std::size_t> traffic;
  double traffic_per_bucket = 1.0;
};

/// The variables of a run: the user's (command line before environment before check) and the
/// built-in ones. With groups by tags there are no `hosts`, `canary_hosts` and `baseline_hosts`.
[[nodiscard]] VariableValues run_variables(const GateRequest& request, const Hosts& hosts);

/// ErrorKind::definition: an unknown variable, a value that cannot stand where it is used.
[[nodiscard]] Result<QueryPlan> plan_queries(const GateRequest& request, const Hosts& hosts,
                                             const Backends& backends);

/// step ÷ range of a PromQL query that counts with `increase`, where all its ranges are the same
/// and longer than the step; else 1.
[[nodiscard]] double events_per_bucket(const std::string& promql, Duration step);

}  // namespace canarygate::gate
