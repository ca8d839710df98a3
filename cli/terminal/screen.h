/// What the terminal behind stdout can do.
#pragma once

#include "checks/ports.h"
#include "cli/options.h"

namespace canarygate {

/// --color, else NO_COLOR, else whether stdout is a terminal that is not dumb.
[[nodiscard]] bool wants_colour(Options::Colour wish, const Variables& variables);

/// Columns to wrap at: the terminal's, else COLUMNS, else 100; within 40..160.
[[nodiscard]] int screen_width(const Variables& variables);

}  // namespace canarygate
