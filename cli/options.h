/// The command line and the CANARYGATE_… variables as one value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checks/clock.h"
#include "checks/ports.h"
#include "cli/options_backtest.h"
#include "cli/options_compare.h"
#include "cli/options_history.h"

namespace canarygate {

/// `--report FORMAT[=PATH]`; no path is stdout.
struct ReportTarget {
  std::string format;
  std::string path;  ///< "" for stdout
  bool operator==(const ReportTarget&) const = default;
};

struct Options {
  enum class Command {
    check,
    validate,
    explain,
    hosts,
    backtest,
    compare,
    judge,
    schema,
    history,
    promote,
    version
  } command = Command::check;
  enum class Colour { automatic, always, never } colour = Colour::automatic;
  enum class Format { text, json } format = Format::text;
  enum class Verbosity { quiet, normal, verbose, debug } verbosity = Verbosity::normal;

  /// The checks' names (of `check`: none with `all`), files to validate, a schema's name, or an
  /// evidence file and the names of checks in it.
  std::vector<std::string> names;
  bool all = false;        ///< every check that the environment pulls in
  bool fail_fast = false;  ///< the first check that fails ends the others
  std::optional<std::string> environment;
  std::optional<std::string> config;  ///< folder of canarygate.yaml; else walk up
  std::optional<TimePoint> deployed_at;
  std::optional<TimePoint> now;
  bool no_wait = false;
  std::optional<std::string> deploy;  ///< for /bin/sh; never with deployed_at, now or no_wait
  std::optional<Duration> observe;    ///< only with deploy
  std::vector<std::string> canary_hosts;
  std::vector<std::string> baseline_hosts;
  std::optional<bool> soft_fail;
  std::optional<std::string> override_reason;
  std::map<std::string, std::string> vars;
  std::vector<std::string> only;
  std::optional<Duration> timeout;
  std::vector<ReportTarget> reports;
  std::optional<std::uint64_t> seed;
  bool no_notify = false;  ///< nobody of the environment's `notify` is told
  bool no_history = false;
  std::optional<std::string> evidence;  ///< a file to write
  std::vector<std::string> settings;    ///< of `judge`: KEY=VALUE
  CompareOptions compare;  ///< of `compare`, which uses none of the others but format and colour
  HistoryOptions history;
  BacktestOptions backtest;
};

/// What is to be printed instead of running: help (code 0, stdout) or a usage error (code 2,
/// stderr).
struct EarlyExit {
  int code = 2;
  std::string text;  ///< ends with a newline
};

/// `environment` lists the whole process environment as NAME=VALUE, for CANARYGATE_VAR_…;
/// null-terminated.
[[nodiscard]] std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv,
                                                             const Variables& variables,
                                                             const char* const* environment);

/// `FORMAT[=PATH]` against the known reporters; the error lists them.
[[nodiscard]] Result<ReportTarget> parse_report_target(const std::string& text);

}  // namespace canarygate
