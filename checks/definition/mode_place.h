/// Where a check's `mode` is written, for the one edit that `promote` makes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "checks/definition/load.h"

namespace canarygate {

struct ModePlace {
  std::string path;   ///< of the file
  std::string shown;  ///< as a person here would type it
  std::size_t line = 0;
  std::size_t column = 0;  ///< of the value, characters from 1
  bool override = false;   ///< in the environment's file, for that environment alone
};

/// The value that counts in the environment (by --env, else the root's, else none): its override,
/// else the check's own. Nothing where none is written. The definitions are valid.
[[nodiscard]] std::optional<ModePlace> place_of_mode(const ConfigRoot& root,
                                                     const std::string& check,
                                                     const std::optional<std::string>& environment);

/// `text` with `soft` at that place as `hard`, everything else as it was. Nothing when something
/// else stands there.
[[nodiscard]] std::optional<std::string> with_hard_mode(const std::string& text,
                                                        const ModePlace& place);

}  // namespace canarygate
