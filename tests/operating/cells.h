/// Which gates are measured: the families by fleets and effects, or a trace file's hosts by
/// effects.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/result.h"
#include "tests/operating/measure.h"

namespace canarygate::operating {

struct FleetSize {
  std::size_t hosts = 0;
  std::size_t canaries = 0;
  std::int64_t windows = 0;
  std::size_t metrics = 0;
};

struct Selection {
  bool short_form = false;           ///< one fleet, two effects
  std::string family;                ///< empty: all
  std::optional<FleetSize> fleet;    ///< nothing: those of the grid
  std::vector<std::string> effects;  ///< empty: those of the grid
};

/// Fails when the family or an effect is not known.
[[nodiscard]] Result<std::vector<Cell>> simulated_cells(const Selection& selection);

/// Replays `time,host,metric,value` (CSV, .gz too): random hosts become canaries at random times,
/// and the effect multiplies their numbers from then on.
[[nodiscard]] Result<std::vector<Cell>> replayed_cells(const std::string& path,
                                                       const Selection& selection);

}  // namespace canarygate::operating
