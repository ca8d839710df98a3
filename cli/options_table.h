/// Every command and flag with its help text: the table that options.cpp reads.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/options_backtest.h"
#include "cli/options_compare.h"
#include "cli/options_history.h"

namespace canarygate {

/// What CLI11 fills in; turned into Options once all of it, from flags and variables, is known.
struct RawOptions {
  std::vector<std::string> names;
  std::string environment, config, deployed_at, now, override_reason, timeout, seed, color, format;
  std::string deploy, observe, evidence;
  std::vector<std::string> canary, baseline, vars, only, reports, settings;
  bool all = false, fail_fast = false;
  bool no_wait = false;
  bool soft_fail = false;
  bool no_notify = false;
  bool quiet = false, verbose = false, debug = false;
  bool no_history = false;
  RawCompare compare;
  RawHistory history;
  RawBacktest backtest;
};

struct Subcommand {
  Options::Command command;
  CLI::App* app;
};

/// All commands of `app`, which will fill `raw`.
[[nodiscard]] std::vector<Subcommand> add_commands(CLI::App& app, RawOptions& raw);

}  // namespace canarygate
