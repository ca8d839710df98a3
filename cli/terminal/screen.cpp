#include "cli/terminal/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace canarygate {

bool wants_colour(Options::Colour wish, const Variables& variables) {
  if (wish != Options::Colour::automatic) return wish == Options::Colour::always;
  if (variables.get("NO_COLOR")) return false;
  return isatty(STDOUT_FILENO) == 1 && variables.get("TERM").value_or("dumb") != "dumb";
}

int screen_width(const Variables& variables) {
  int width = 100;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    width = size.ws_col;
  } else if (const auto columns = variables.get("COLUMNS")) {
    std::from_chars(columns->data(), columns->data() + columns->size(), width);
  }
  return std::clamp(width, 40, 160);
}

}  // namespace canarygate
