#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checks/gate/run.h"

namespace canarygate::gate {

std::int64_t Run::looks() const { return static_cast<std::int64_t>(timeline_.looks.size()); }

std::int64_t Run::looks_ready() const {
  const TimePoint current = now(request_, ports_.clock);
  return std::ranges::count_if(timeline_.looks, [&](std::int64_t points) {
    return timeline_.at(points) + schedule_.settle <= current;
  });
}

std::int64_t Run::points_done() const {
  return looks_done_ == 0 ? 0 : timeline_.looks[static_cast<std::size_t>(looks_done_ - 1)];
}

bool Run::await_next_look() {
  if (stopped_ || last_look()) return false;
  if (looks_ready() <= looks_done_) {
    if (!schedule_.may_wait) return false;
    const std::int64_t points = timeline_.looks[static_cast<std::size_t>(looks_done_)];
    const auto what = fmt::format("look {} of {}", looks_done_ + 1, looks());
    if (!wait_until(timeline_.at(points) + schedule_.settle, what)) return false;
  }
  // Looks that are past are judged together: the judge takes them in order.
  looks_done_ = looks_ready();
  return true;
}

void Run::look() {
  const Duration begun = ports_.clock.worked();
  observer_.looking();
  forget_window(replies_);
  fetch(plan_, backends_, timeline_, {{1, points_done()}}, ports_.clock, time_left(), replies_);
  outcome_.timings.query += ports_.clock.worked() - begun;
  if (interrupted()) return;
  outcome_.window.looks_done = looks_done_;
  const auto error = first_error(replies_);
  const bool more_to_come = schedule_.may_wait && !last_look();
  if (error && more_to_come) {  // the next look fetches these points again
    warn("look_failed",
         fmt::format("look {} of {} was skipped: {}", looks_done_, looks(), error->text));
    return;
  }
  if (const auto learnt = learn_tagged_hosts(groups_, replies_); !learnt) {
    stop(learnt.error());
    return;
  }
  Causes before = causes_;
  judge_window();
  note_judged(std::move(before));
  observer_.looked(outcome_);
}

bool Run::settled() const { return stopped_ || early_pass_ || failed_; }

}  // namespace canarygate::gate
