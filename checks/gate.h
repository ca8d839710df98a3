/// The gate: discover, fetch history while waiting, look, judge, decide.
///
/// A run cannot fail: whatever goes wrong becomes an Outcome with a verdict and its reasons, and no
/// path leads to `pass` without the data that proves it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/definition/load.h"
#include "checks/judge/timeline.h"
#include "checks/outcome.h"
#include "checks/ports.h"

namespace canarygate {

/// For so long a backend without a past watches before a deploy, if not told otherwise: five
/// durations, and the warm-up, which lies between each earlier window and its reference, too.
[[nodiscard]] inline Duration observed_before_deploy(const WindowSpec& window) {
  return 5 * window.duration + window.warmup;
}

/// What a run was asked for beyond the definition.
struct GateRequest {
  LoadedCheck loaded;
  std::optional<TimePoint> deployed_at;
  std::optional<TimePoint> now;  ///< `--now`: replaces the clock, implies no_wait
  bool no_wait = false;
  /// `--deploy`: run once for the shell, after watching for `observe`; its end is deployed_at.
  std::optional<std::string> deploy;
  /// Nothing: 0, or observed_before_deploy() for a backend that has no past of its own.
  std::optional<Duration> observe;
  bool deploy_prints_to_stderr = false;  ///< stdout belongs to a report
  /// Soft mode, or an override: servers that cannot be asked do not keep the deploy from running,
  /// and a failure ends no other check.
  bool deploy_anyway = false;
  /// Decides nothing (`hosts`, `explain`): where only watching shows anything, a moment is enough.
  bool glance = false;
  std::optional<Duration> timeout;
  std::vector<std::string> canary_hosts;  ///< instead of discovery, when not empty
  std::vector<std::string> baseline_hosts;
  std::map<std::string, std::string>
      vars;                       ///< --var and CANARYGATE_VAR_…, they win over the files'
  std::vector<std::string> only;  ///< metric names; empty for all
  std::optional<std::uint64_t> seed;
  std::vector<judge::Interval> past_events;
  bool record = false;  ///< keep in the outcome what it was judged from
};

/// What a bystander may show while the gate runs. Every call is cheap and may do nothing.
class GateObserver {
 public:
  GateObserver() = default;
  GateObserver(const GateObserver&) = delete;
  GateObserver& operator=(const GateObserver&) = delete;
  virtual ~GateObserver() = default;
  virtual void hosts_found(const HostsOutcome&) {}
  virtual void history_fetched(std::int64_t /*windows*/, std::int64_t /*points*/) {}
  /// The window's points so far are asked for.
  virtual void looking() {}
  virtual void waiting(const std::string& /*for_what*/, TimePoint /*until*/) {}
  /// While it waits, five times a second or more often; `now` as the gate's clock has it.
  virtual void tick(TimePoint /*now*/) {}
  /// The command of --deploy begins: from here to `deployed` the terminal is the command's.
  virtual void deploying(const std::string& /*command*/) {}
  virtual void deployed(TimePoint /*deployed_at*/) {}
  virtual void looked(const Outcome& /*so_far*/) {}
  virtual void decided(const Outcome& /*outcome*/) {}
  virtual void note(const std::string& /*line*/) {}  ///< for -v
};

[[nodiscard]] Outcome run_gate(const GateRequest& request, const Ports& ports,
                               GateObserver& observer);

struct WatchedRequest {
  GateRequest request;
  GateObserver& observer;
};

/// Several checks at the same time: their windows fill together, what two of them ask at the same
/// moment is asked once, and the command of --deploy is run once, when all have looked around. When
/// one cannot be run at all, nobody is asked anything. Each decides for itself; with `fail_fast`
/// the first that stops the deploy ends those that still wait. One Outcome a request, in order.
[[nodiscard]] std::vector<Outcome> run_gates(std::span<const WatchedRequest> requests,
                                             const Ports& ports, bool fail_fast);

/// The outcome that a run would have come to by `check` from what it saw: the same, number for
/// number, by the check it was run with. `check` has the recording's metrics in their order, and
/// takes no numbers that the recording has not.
[[nodiscard]] Outcome judge_again(const gate::Recording& recording, const CheckDefinition& check,
                                  const Ports& ports);

}  // namespace canarygate
