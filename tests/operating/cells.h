/// Which gates are measured. Of the families, by default, the grid that docs/statistics.md shows:
/// nothing wrong with any family in any of the usual fleets; fleets, lengths of history and numbers
/// of metrics in all combinations, and every effect, with the plain family; one effect with the
/// others. Or a trace file's hosts by effects.
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
  std::vector<std::string> effects;  ///< empty: those of the grid; with a fleet the usual ones
};

/// Fails when the family or an effect is not known.
[[nodiscard]] Result<std::vector<Cell>> simulated_cells(const Selection& selection);

/// Replays `time,host,metric,value` (CSV, .gz too): random hosts become canaries at random times,
/// and the effect multiplies their numbers from then on. The family is
/// called as the file, or NAME with NAME=PATH.
[[nodiscard]] Result<std::vector<Cell>> replayed_cells(const std::string& name_and_path,
                                                       const Selection& selection);

}  // namespace canarygate::operating
