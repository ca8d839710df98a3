/// When things happen in a run: read once, then passed by value (INTERFACE.md 2, "Time").
#pragma once

#include "checks/definition/model.h"
#include "checks/gate.h"
#include "checks/result.h"

namespace canarygate::gate {

struct Schedule {
  TimePoint started_at;
  TimePoint deployed_at;
  TimePoint start;       ///< deployed_at + warmup
  TimePoint end;         ///< start + duration
  Duration settle{0};    ///< how long after a point's end its number may still change
  bool may_wait = true;  ///< false: judge what is there now
  Duration timeout{0};   ///< of the whole run, by Clock::elapsed
  Duration elapsed_at_start{0};
};

/// `settle`: the longest of the check's metrics. ErrorKind::usage: a deploy in the future, or a
/// timeout shorter than what is left of the window.
[[nodiscard]] Result<Schedule> make_schedule(const GateRequest& request, Duration settle,
                                             const Clock& clock);

/// What the world calls now: `--now` where it was given.
[[nodiscard]] TimePoint now(const GateRequest& request, const Clock& clock);

/// How much of the timeout is left; never negative.
[[nodiscard]] Duration time_left(const Schedule& schedule, const Clock& clock);

/// The seed of a check's draws when none was given: from its name and the deploy's time (FNV-1a).
/// Below 2^53: a reader of the JSON report that knows only doubles can hand it back to --seed.
[[nodiscard]] std::uint64_t seed_of(const std::string& check, TimePoint deployed_at);

}  // namespace canarygate::gate
