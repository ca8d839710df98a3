/// How far a long computation has come, told on stderr: a bar that is redrawn on a terminal, a line
/// for each quarter in a log, nothing with --quiet.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "checks/clock.h"
#include "cli/options.h"

namespace canarygate {

class Bar {
 public:
  enum class Style { drawn, lines, none };

  Bar(std::ostream& err, const Clock& clock, Style style)
      : err_(err), clock_(clock), style_(style) {}
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;
  ~Bar() { clear(); }

  /// Takes the place of what was shown before; another `what` begins anew.
  void show(const std::string& what, std::int64_t done, std::int64_t all);
  /// Takes the bar from the screen, so that something else can be printed.
  void clear();

 private:
  void draw(std::int64_t done, std::int64_t all);
  void tell(std::int64_t done, std::int64_t all);

  std::ostream& err_;
  const Clock& clock_;
  Style style_;
  std::string what_;
  Duration begun_{0};
  Duration drawn_at_{0};
  bool drawn_ = false;
  std::int64_t told_ = -1;  // quarters
};

/// Drawn where a person looks on: stderr is a terminal and no CI system's, and the verbosity is the
/// usual one.
[[nodiscard]] Bar::Style bar_style(const Options& options, const Ports& ports);

}  // namespace canarygate
