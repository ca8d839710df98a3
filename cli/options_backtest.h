/// The part of the command line that only `backtest` has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/result.h"
#include "cli/flag_source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): theirs
class App;
}

namespace canarygate {

struct BacktestOptions {
  std::optional<TimePoint> since;  ///< --since as a time
  std::optional<Duration> ago;     ///< or as a length of time before `until`
  std::optional<TimePoint> until;
  std::int64_t runs = 200;
  std::optional<std::size_t> jobs;
  bool quick = false;
  bool no_cache = false;
  std::vector<std::string> deploys;  ///< files and event sources
  std::optional<std::string> html;   ///< where the page is to be written
};

/// As given; nothing where it was not.
struct RawBacktest {
  std::optional<std::string> since, until, runs, jobs, html;
  std::vector<std::string> deploys;
  bool quick = false;
  bool no_cache = false;
};

void add_backtest(CLI::App& command, RawBacktest& raw);

/// `variables`: which variable each flag came from that was not given itself, by flag.
[[nodiscard]] Result<BacktestOptions> read_backtest(const RawBacktest& raw,
                                                    const FlagVariables& variables);

}  // namespace canarygate
