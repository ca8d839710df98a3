#include "checks/judge/spread.h"

#include <fmt/format.h>

#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::judge {

namespace {

/// Beyond what chance makes of some twenty steps of one host about once in 200 times.
constexpr double kClearly = 1.5;
constexpr double kMoreThanOthers = 1.25;
/// With fewer steps anything may be.
constexpr double kFewestSteps = 12;

}  // namespace

bool tests_spread(const MetricSpec& spec) {
  constexpr double kHigh = 75;
  if (!spec.summary.starts_with('p')) return false;
  return parse_number<double>(std::string_view(spec.summary).substr(1)).value_or(0) >= kHigh;
}

std::optional<Reason> spread_not_tested(const Subject& subject, const Observation& seen) {
  const MetricSpec& spec = *subject.spec;
  if (subject.counts || tests_spread(spec) || seen.steps < kFewestSteps) return {};
  if (seen.restless < kClearly || seen.restless < kMoreThanOthers * seen.others_restless) return {};
  return Reason{"not_tested_spread", spec.name, std::nullopt,
                fmt::format("'{}' moves {:.1f} times as much as usual from point to point on the "
                            "canary; that it spreads wider was not tested, only its level: ask for "
                            "a high quantile, such as 'summary: p90', to have that tested, too",
                            printable(spec.name), seen.restless)};
}

}  // namespace canarygate::judge
