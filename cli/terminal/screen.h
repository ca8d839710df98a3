/// What the terminal behind stdout or stderr can do.
#pragma once

#include "checks/ports.h"
#include "cli/options.h"

namespace canarygate {

/// --color, else NO_COLOR, else whether the stream is a terminal that is not dumb. `file` is its
/// number.
[[nodiscard]] bool wants_colour(Options::Colour wish, const Variables& variables, int file);

/// Columns to wrap stdout at: the terminal's, else COLUMNS, else 100; within 40..160.
[[nodiscard]] int screen_width(const Variables& variables);

/// The terminal behind stderr as it is now.
struct Screen {
  int columns = 80;
  int rows = 24;
  bool foreground = true;  ///< false: a job in the background, which should not draw
  int continued = 0;       ///< how often the process was stopped and went on (Ctrl-Z, fg)
};
[[nodiscard]] Screen stderr_screen();

/// stderr is a terminal that can be drawn on.
[[nodiscard]] bool stderr_can_be_drawn_on(const Variables& variables);

/// Makes `Screen::continued` count.
void count_continuations();

/// By LC_ALL, LC_CTYPE or LANG, the first that is set.
[[nodiscard]] bool has_unicode(const Variables& variables);

}  // namespace canarygate
