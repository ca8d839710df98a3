/// Many judgements counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks/backtest.h"

namespace canarygate::backtest {

/// How many of these deploys, by time, say something new: deploys whose windows (so long after the
/// deploy they end) overlap often share their fate, because one host's bad hour is in all of them.
/// n / (1 + 2 P r / n) for n deploys and P pairs that overlap, whose fates correlate by r: the
/// variance of a mean of correlated numbers. All of them where nothing, or everything, was stopped.
[[nodiscard]] std::int64_t effective_runs(const std::vector<Judged>& judged, Duration window);

/// `independent`: as in rate_of().
[[nodiscard]] Tally tally_of(const std::vector<Judged>& judged, std::int64_t independent);

/// Of deploys with nothing wrong; one a metric of the check, in its order.
[[nodiscard]] std::vector<MetricCost> costs_of(const CheckDefinition& check,
                                               const std::vector<Judged>& judged);

[[nodiscard]] std::vector<HourTally> by_hour(const std::vector<Judged>& judged);

/// The first `unchanged` are of deploys with nothing wrong, the rest of changed ones.
[[nodiscard]] Alternative alternative_of(const std::string& setting,
                                         const std::vector<std::optional<Judged>>& judged,
                                         std::size_t unchanged);

}  // namespace canarygate::backtest
