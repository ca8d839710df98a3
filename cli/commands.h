/// The commands: each takes the options and the doors to the world, prints, and returns the exit
/// code.
#pragma once

#include <ostream>

#include "checks/ports.h"
#include "cli/options.h"

namespace canarygate {

/// Where a command may print, and what the terminal can do.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool colour = false;  ///< on `out`
  int width = 80;
};

int run_check(const Options& options, const Ports& ports, Console& console);
int run_validate(const Options& options, Console& console);
int run_explain(const Options& options, const Ports& ports, Console& console);
int run_hosts(const Options& options, const Ports& ports, Console& console);
int run_backtest(const Options& options, const Ports& ports, Console& console);
int run_compare(const Options& options, Console& console);
int run_history(const Options& options, const Ports& ports, Console& console);
int run_promote(const Options& options, const Ports& ports, Console& console);
int run_judge(const Options& options, const Ports& ports, Console& console);
int run_schema(const Options& options, Console& console);

}  // namespace canarygate
