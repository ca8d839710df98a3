/// The check replayed on the past: how often would it have stopped a deploy, and what would it have
/// seen?
///
/// Every deploy that is replayed, real or made up, is judged by the gate's own judge from the
/// numbers of its time (judge_again in gate.h): the same looks, rules, limits and policies, and
/// nothing later than its window. The same request and numbers give the same result, whatever the
/// number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/backtest/deploy.h"
#include "checks/backtest/rate.h"
#include "checks/gate.h"
#include "checks/judge/timeline.h"
#include "checks/outcome.h"
#include "checks/ports.h"

namespace canarygate::backtest {

struct Request {
  /// The check, its hosts where they are not to be discovered, variables, metrics and the seed.
  GateRequest gate;
  std::optional<TimePoint> since;  ///< nothing: `length` before `until`
  Duration length = std::chrono::hours(24 * 7);
  std::optional<TimePoint> until;  ///< nothing: now
  std::int64_t runs = 200;         ///< made-up deploys
  bool quick = false;    ///< only how often it stops: no changes put in, no other settings
  std::size_t jobs = 1;  ///< threads
  std::vector<PastDeploy> deploys;        ///< real ones, in any order
  std::optional<std::string> cache;       ///< folder; nothing: numbers are kept nowhere
  std::int64_t most_points = 20'000'000;  ///< numbers held in memory
  /// Whether the pipeline would have stopped: the gate's exit code without soft mode is 1.
  bool (*stops)(const Outcome&) = nullptr;
};

/// One deploy that was judged.
struct Judged {
  TimePoint deployed_at;
  std::vector<std::string> canary;
  Verdict verdict = Verdict::trouble;
  bool stopped = false;
  std::optional<Duration> after;    ///< a failure: so long after the deploy it was stopped
  std::vector<std::string> failed;  ///< the metrics that did
  std::vector<std::string> open;    ///< those that count and were undecided or without data
  std::string reason;               ///< the first one's text; "" for a pass
  std::string label;                ///< of a real deploy, as PastDeploy has it
  std::optional<bool> good;
  std::string source;
};

/// What came of all the deploys of a kind. Each stands in one of the verdicts.
struct Tally {
  Rate stopped;
  Rate failed;  ///< by a metric or a canary that fell silent, not by a policy
  std::map<Verdict, std::int64_t> verdicts;
};

/// How much a metric has to do with deploys that were stopped and had nothing wrong with them.
struct MetricCost {
  std::string metric;
  std::int64_t alone = 0;        ///< only this metric failed
  std::int64_t with_others = 0;  ///< others failed, too
  std::int64_t undecided = 0;    ///< nothing failed, and this was undecided or without data
};

struct HourTally {
  int hour = 0;  ///< of the day, UTC, when the deploy ended
  std::int64_t runs = 0;
  std::int64_t stopped = 0;
};

/// How often a change that was put into the canary's numbers was found.
struct Found {
  /// Relative, signed: +0.25, or -0.2 where lower is worse. Of a leak what it has come to at the
  /// window's end.
  double change = 0;
  bool leak = false;  ///< grows over the window from nothing
  Rate found;
  std::optional<Duration> median_time;  ///< from the deploy to the stop, of those found
};

struct MetricPower {
  std::string metric;
  std::vector<Found> found;  ///< the changes in the order of their size, then the leak
  /// The smallest change found 8 times in 10; nothing: even the largest that was tried was not.
  std::optional<double> smallest;
  double largest_tried = 0;
};

/// The same deploys judged by other settings.
struct Alternative {
  std::string setting;  ///< "window 10m", "allow 0", "false_alarms 0.1%"; "" for the check as it is
  Rate stopped;         ///< of the deploys with nothing wrong
  Rate failed;          ///< of them: by a metric, not by a policy
  Rate found;           ///< at `Findings::tried_change`, one metric at a time
};

struct Findings {
  std::string check;
  std::string environment;
  std::uint64_t seed = 0;
  double false_alarms = 0;  ///< what the check allows itself
  TimePoint since;          ///< of the deploys that were made up
  TimePoint until;
  Duration step{0};
  std::vector<std::string> canary;  ///< the check's own, as they are now
  std::vector<std::string> baseline;
  std::size_t canaries = 0;    ///< hosts that a made-up deploy changes
  std::int64_t points = 0;     ///< numbers judged from
  std::int64_t requested = 0;  ///< numbers asked of backends, those from the cache not among them

  std::int64_t runs_wanted = 0;
  std::vector<Judged> placebos;  ///< by time
  Tally placebo;
  std::int64_t independent = 0;    ///< of them: so many say something new, as the intervals have it
  std::vector<MetricCost> costs;   ///< in the check's order
  std::vector<HourTally> by_hour;  ///< 24 of them
  std::vector<Judged> real;        ///< by time
  Tally deploys;
  std::vector<std::string> not_replayed;  ///< real deploys, with why

  std::int64_t injected_runs = 0;  ///< deploys that each change was put into
  std::vector<MetricPower> power;
  double tried_change = 0.5;
  std::vector<Alternative> alternatives;  ///< the check as it is first

  std::vector<std::string> notes;  ///< what the reader has to know: less data than asked for, …
  int interrupted_by = 0;          ///< signal number; then it is a part of what was asked for
};

/// What a bystander may show. Called by one thread at a time.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  virtual void hosts_found(const HostsOutcome&) {}
  /// `what`: "asking for the past", "replaying"; `done` of `all`.
  virtual void progress(const std::string& /*what*/, std::int64_t /*done*/, std::int64_t /*all*/) {}
};

/// Errors are the gate's own (usage, definition, discovery, backend, …). A result has at least one
/// deploy that was judged.
[[nodiscard]] Result<Findings> run(const Request& request, const Ports& ports, Observer& observer);

}  // namespace canarygate::backtest
