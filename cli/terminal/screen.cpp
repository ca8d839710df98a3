#include "cli/terminal/screen.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "checks/text.h"

namespace canarygate {

namespace {

volatile sig_atomic_t g_continued = 0;  // a signal handler can reach nothing else

extern "C" void on_continue(int /*signal*/) { g_continued = g_continued + 1; }

}  // namespace

bool wants_colour(Options::Colour wish, const Variables& variables, int file) {
  if (wish != Options::Colour::automatic) return wish == Options::Colour::always;
  if (variables.get("NO_COLOR")) return false;
  return isatty(file) == 1 && variables.get("TERM").value_or("dumb") != "dumb";
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

Screen stderr_screen() {
  Screen screen;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) screen.columns = size.ws_col;
    if (size.ws_row > 0) screen.rows = size.ws_row;
  }
  const pid_t group = tcgetpgrp(STDERR_FILENO);  // -1: nobody's controlling terminal
  screen.foreground = group == -1 || group == getpgrp();
  screen.continued = g_continued;
  return screen;
}

bool stderr_can_be_drawn_on(const Variables& variables) {
  return isatty(STDERR_FILENO) == 1 && variables.get("TERM").value_or("dumb") != "dumb" &&
         stderr_screen().foreground;
}

void count_continuations() {
  struct sigaction action {};
  action.sa_handler = on_continue;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGCONT, &action, nullptr);
}

bool has_unicode(const Variables& variables) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto locale = variables.get(name);
    if (!locale) continue;
    const std::string lower = to_lower(*locale);
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace canarygate
