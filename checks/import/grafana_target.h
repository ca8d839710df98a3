/// One query of a dashboard's panel as a check's metric.
#pragma once

#include <map>
#include <string>

#include "checks/clock.h"
#include "checks/import/documents.h"
#include "checks/import/draft.h"
#include "checks/import/grafana_variables.h"
#include "checks/result.h"

namespace canarygate {

struct TargetMetric {
  DraftMetric metric;  ///< its query, backend, host label and comments; no name
  std::map<std::string, std::string> vars;  ///< of the check, for its query
  /// Why a threshold of the panel is none for one host; empty when it is.
  std::string other_scale;
  bool tells_hosts_apart = false;
  Duration longest_range{0};
};

/// `type`: of its data source, as Grafana calls its plugin; "" where that is not told, and the
/// target's own keys say it. The error is a clause.
[[nodiscard]] Result<TargetMetric, std::string> metric_of_target(const JsonPlace& target,
                                                                 const std::string& type,
                                                                 const GrafanaVariables& variables);

/// The query as it stands in the target; "" when there is none.
[[nodiscard]] std::string query_of_target(const JsonPlace& target);

}  // namespace canarygate
