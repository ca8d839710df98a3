/// A known change put into a canary's numbers, to see whether it is found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/gate/fetch.h"
#include "checks/gate/tables.h"

namespace canarygate::backtest {

struct Injection {
  std::size_t metric = 0;  ///< of the check
  double size = 0;         ///< 0.25: the number and a quarter of it; where lower is worse ÷ 1.25
  bool leak = false;       ///< from nothing at the window's begin to all of it at its end
};

/// What becomes of `value` when it gets `factor` times as large, or where lower is worse as many
/// times smaller. A number below 0 is moved by as much as one above it.
[[nodiscard]] double changed(double value, double factor, Worse worse);

/// The relative change that comes of it, signed.
[[nodiscard]] double change_of(double size, Worse worse);

/// Changes the window's points of the canary's hosts in the reply to the metric's query (`errors`,
/// where it counts). Whole numbers of events stay whole: each event is doubled, or left out, by
/// chance, and the same seed makes a larger change where `size` is larger.
void inject(const Injection& injection, const MetricSpec& metric, const gate::Groups& groups,
            std::uint64_t seed, gate::Reply& reply);

}  // namespace canarygate::backtest
