/// Scripts with which a shell completes canarygate's command line, made from the commands and flags
/// themselves.
#pragma once

#include <optional>
#include <string>

#include "cli/options_table.h"

namespace canarygate {

/// For `shell`: bash, zsh or fish; nothing for any other. The names of checks and environments are
/// asked of `canarygate completion checks` and `… environments` while one types.
[[nodiscard]] std::optional<std::string> completion_script(const CLI::App& app,
                                                           const std::string& shell);

}  // namespace canarygate
