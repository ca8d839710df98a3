/// The three files, version 1: every key with its kind, bounds and one line of help.
#pragma once

#include "checks/definition/shape.h"

namespace canarygate {

inline constexpr int kDefinitionVersion = 1;

[[nodiscard]] const Shape& check_file_shape();
[[nodiscard]] const Shape& environment_file_shape();
[[nodiscard]] const Shape& root_file_shape();

/// A name for `{{name}}`.
inline constexpr const char* kVariablePattern = "^[A-Za-z_][A-Za-z0-9_]*$";

}  // namespace canarygate
