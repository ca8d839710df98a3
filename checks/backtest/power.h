/// What the check finds of changes that are known to be there.
#pragma once

#include <vector>

#include "checks/backtest/replay.h"

namespace canarygate::backtest {

/// Changes of +10, +25, +50 and +100 % and a leak to +50 %, put into one metric after the other of
/// each of `trials`; and for each metric a search for the smallest change that is found 8 times in
/// 10. Empty where an interrupt ended it before the first change was tried of all metrics.
[[nodiscard]] std::vector<MetricPower> measure_power(const std::vector<Trial>& trials,
                                                     const Scene& scene, const Replayer& replayer,
                                                     const Interrupt& interrupt);

/// So many judgements it takes at most, for a progress bar.
[[nodiscard]] std::int64_t judgements_of_power(std::size_t trials, std::size_t metrics);

}  // namespace canarygate::backtest
