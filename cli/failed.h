/// The end of a command that could not do its work.
#pragma once

#include <string>

#include "checks/definition/problem.h"
#include "cli/commands.h"

namespace canarygate {

/// Says why on stderr, after the program's name. Returns 2.
int failed(const std::string& text, Console& console);

/// The same of definitions: a line a problem, each with its place.
int failed(const Problems& problems, Console& console);

}  // namespace canarygate
