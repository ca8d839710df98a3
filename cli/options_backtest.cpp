#include "cli/options_backtest.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"
#include "pipelines/deploys/find.h"

namespace canarygate {

namespace {

constexpr std::int64_t kMostRuns = 100'000;
constexpr std::int64_t kMostJobs = 64;

}  // namespace

void add_backtest(CLI::App& command, RawBacktest& raw) {
  command
      .add_option("--since", raw.since,
                  "Replay deploys from this time on, or so long before --until (default: 7d)")
      ->type_name("WHEN");
  command.add_option("--until", raw.until, "Read nothing later (default: now)")->type_name("TIME");
  command
      .add_option("--runs", raw.runs,
                  "Made-up deploys (default: 200, some 2,000 judgements with all that is tried)")
      ->type_name("N");
  command
      .add_option("--jobs", raw.jobs, "Judge so many at a time (default: a core each, 4 at most)")
      ->type_name("N");
  command
      .add_option("--deploys", raw.deploys,
                  "Real deploys, beside those of the history: a file, or " +
                      deploys::event_source_names() + " with :TAG,TAG; repeatable")
      ->allow_extra_args(false)
      ->type_name("SOURCE");
  command.add_option("--html", raw.html, "Also write the result as a page with charts")
      ->type_name("PATH");
  command.add_flag("--quick", raw.quick,
                   "Only how often it would have stopped: no changes put in, no other settings");
  command.add_flag("--no-cache", raw.no_cache,
                   "Neither use nor keep numbers on disk from one backtest to the next");
}

Result<BacktestOptions> read_backtest(const RawBacktest& raw, const FlagVariables& variables) {
  const auto refused = [&](const std::string& flag, const std::string& text,
                           std::string_view expected) {
    return unexpected(refused_value(variables, flag, text, expected));
  };
  BacktestOptions options;
  options.quick = raw.quick;
  options.no_cache = raw.no_cache;
  options.deploys = raw.deploys;
  options.html = raw.html;
  if (raw.since) {
    options.ago = parse_duration(*raw.since);
    if (!options.ago) options.since = parse_time(*raw.since);
    if (!options.ago && !options.since) {
      return refused("--since", *raw.since,
                     "expected a duration like 7d, or a time like 2026-11-20T14:03:20Z");
    }
  }
  if (raw.until) {
    options.until = parse_time(*raw.until);
    if (!options.until) {
      return refused("--until", *raw.until,
                     "expected a time like 2026-11-20T14:03:20Z or Unix seconds");
    }
  }
  if (raw.runs) {
    const auto runs = parse_number<std::int64_t>(*raw.runs);
    if (!runs || *runs < 1 || *runs > kMostRuns) {
      return refused("--runs", *raw.runs, "expected a whole number from 1 to 100000");
    }
    options.runs = *runs;
  }
  if (raw.jobs) {
    const auto jobs = parse_number<std::int64_t>(*raw.jobs);
    if (!jobs || *jobs < 1 || *jobs > kMostJobs) {
      return refused("--jobs", *raw.jobs, "expected a whole number from 1 to 64");
    }
    options.jobs = static_cast<std::size_t>(*jobs);
  }
  return options;
}

}  // namespace canarygate
