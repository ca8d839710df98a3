/// What the checks of one run have to do with one another: one deploy for all of them, and whether
/// one that fails ends the others.
///
/// For one story at a time (turns.h); a check that is run alone is its own only companion.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "checks/clock.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate::gate {

class Companions {
 public:
  /// `count` checks; `fail_fast`: the first that stops the deploy ends them all.
  Companions(std::size_t count, bool fail_fast) : count_(count), fail_fast_(fail_fast) {}

  /// One more has seen what it wants to see before the deploy.
  void ready_to_deploy() { ++ready_; }
  [[nodiscard]] bool all_ready_to_deploy() const { return ready_ == count_; }
  /// The check that ended before the deploy command was run: it will not be run any more.
  [[nodiscard]] const std::optional<std::string>& gone_before_deploy() const { return gone_; }

  /// Runs the command, which the first who asks for it does for all. As Processes::start().
  Status start_deploy(Processes& processes, const std::string& command, bool stdout_to_stderr,
                      TimePoint now);
  [[nodiscard]] TimePoint deploy_began() const { return began_; }
  /// As RunningProcess::ended(), at the same moment for all.
  std::optional<std::string> deploy_ended(TimePoint now);
  [[nodiscard]] TimePoint deploy_end() const { return ended_at_; }
  /// Passes a signal on to it, once.
  void signal_deploy(int number);

  /// A check's story is over; `stops`: and with it the deploy.
  void over(const std::string& check, bool stops);
  /// With fail_fast: the first check that stopped the deploy.
  [[nodiscard]] const std::optional<std::string>& failed() const { return failed_; }

 private:
  std::size_t count_;
  bool fail_fast_;
  std::size_t ready_ = 0;
  std::optional<std::string> gone_;
  std::optional<std::string> failed_;

  std::optional<Status> started_;
  std::unique_ptr<RunningProcess> process_;
  TimePoint began_;
  std::optional<std::string> end_;
  TimePoint ended_at_;
  bool passed_on_ = false;
};

}  // namespace canarygate::gate
