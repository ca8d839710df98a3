/// An NRQL query as checks write it, without time range and buckets, and the query that is sent for
/// one stretch of time.
#pragma once

#include <string>

#include "checks/metrics/backend.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::nrql {

struct Query {
  std::string text;
  bool has_facet = false;  ///< it says itself by what it is grouped
  /// It counts events and does nothing else, so that 0 is a number where nothing happened.
  bool counts = false;
};

/// Reads `text`; a fault where it cannot be asked.
[[nodiscard]] Result<Query, QueryFault> parse(const std::string& text);

/// The query for the points of `grid`, whose step is in whole seconds, grouped by `host_label`
/// where it does not say by what. A bucket holds what happened from its begin on, up to its end.
[[nodiscard]] std::string text_for(const Query& query, const std::string& host_label,
                                   const Grid& grid);

}  // namespace canarygate::nrql
