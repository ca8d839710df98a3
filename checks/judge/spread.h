/// A canary that has only become more restless: its numbers vary more and are no higher for it.
/// That is no failure of the level, which is what is tested, but somebody should know of it.
#pragma once

#include <optional>

#include "checks/judge/subject.h"

namespace canarygate::judge {

/// Whether the summary that is asked for is a high quantile, which rises when numbers spread wider.
[[nodiscard]] bool tests_spread(const MetricSpec& spec);

/// The warning not_tested_spread, where the canary's points move clearly more than they usually do
/// and than the baseline's do now, and the summary is no high quantile, which would test it.
[[nodiscard]] std::optional<Reason> spread_not_tested(const Subject& subject,
                                                      const Observation& seen);

}  // namespace canarygate::judge
