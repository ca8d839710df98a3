/// An alerting rule's expression taken apart: what is measured, and the number that it is held
/// against.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/promql/outline.h"

namespace canarygate {

/// `measured > threshold`.
struct PromqlAlert {
  const promql::Outline* measured = nullptr;  ///< within the outline that was taken apart
  bool above = true;                          ///< `>` and `>=`; else `<` and `<=`
  double threshold = 0;                       ///< may be infinite or NaN
  bool includes_threshold = false;            ///< `>=` and `<=`
  std::vector<std::string> guards;  ///< `and up == 1`: what else must hold, as it was written
};

struct PromqlAlerts {
  std::vector<PromqlAlert> alerts;   ///< one for each side of `or`
  std::vector<std::string> reasons;  ///< a clause for each side of which none could be made
};

/// `query` is what `root` is the outline of.
[[nodiscard]] PromqlAlerts alerts_of(const promql::Outline& root, std::string_view query);

}  // namespace canarygate
