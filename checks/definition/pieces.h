/// A text with `{{name}}` in it, cut into what is copied and what is filled in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/braces.h"
#include "checks/definition/variables.h"
#include "checks/result.h"

namespace canarygate {

/// In order. Error (ErrorKind::definition): braces that do not close, or a name that is none.
[[nodiscard]] Result<std::vector<Piece>> pieces_of(std::string_view text);

/// Error: lists the known ones and names the nearest.
[[nodiscard]] Result<const VariableValue*> look_up(const VariableValues& values,
                                                   const std::string& name);

}  // namespace canarygate
