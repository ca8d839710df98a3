/// Which part of the past is replayed, and which part of it has to be fetched for that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/backtest.h"
#include "checks/backtest/past.h"
#include "checks/backtest/scene.h"

namespace canarygate::backtest {

struct Period {
  std::int64_t first = 0;  ///< windows begin after points first..last
  std::int64_t last = 0;
  std::int64_t lead = 0;  ///< points before a window's begin that its judgement looks at
  std::int64_t fetch_first = 0;
  std::int64_t fetch_last = 0;
  std::vector<std::string> notes;        ///< what was left out to fit into memory
  std::vector<std::string> notes_after;  ///< of fit_to_numbers()
};

/// What was asked for, as far as it fits into `most_points`: above that the time is cut from its
/// beginning, to a day at least, and then hosts are left out of the scene's baseline. ErrorKind::
/// usage: there is no room for a window.
[[nodiscard]] Result<Period> choose_period(const Request& request, Scene& scene, TimePoint now);

/// Begins later where the numbers do: so that the first window has all the past it looks at, or
/// where there is too little for that, half of what there is. ErrorKind::backend: there are none.
[[nodiscard]] Status fit_to_numbers(Period& period, const Past& past, const Scene& scene);

}  // namespace canarygate::backtest
