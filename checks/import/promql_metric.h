/// A metric of a check that is asked in PromQL.
#pragma once

#include <string>

#include "checks/import/draft.h"
#include "checks/import/promql_per_host.h"

namespace canarygate {

/// Why a text from outside cannot become a query of a check; empty when it can. A clause.
[[nodiscard]] std::string why_no_query(const std::string& query);

/// With its backend, its host's label, and a comment on what was written anew.
[[nodiscard]] DraftMetric promql_metric(const std::string& name, const PerHostQuery& asked);

/// A warm-up as long as the longest range of a query, where that is longer than the usual one: else
/// the first points would look back to before the deploy.
void warm_up_for(DraftCheck& draft, Duration longest_range);

}  // namespace canarygate
