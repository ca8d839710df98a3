#include <fmt/format.h>

#include "checks/gate/budget.h"
#include "checks/gate/run.h"
#include "checks/gate/wanted_timeline.h"
#include "checks/text.h"

namespace canarygate::gate {

namespace {

// Hosts by tags are known only from the replies; the budget then reckons with a fleet of this size.
constexpr std::size_t kUnknownFleet = 100;

}  // namespace

judge::TimelineRequest Run::timeline_request() const {
  judge::TimelineRequest wanted =
      wanted_timeline(check_, schedule_.deployed_at, request_.past_events);
  wanted.deploy_began = deploy_began_;
  wanted.past_begins = past_begins();
  return wanted;
}

/// The queries for the hosts that were found, less the part of a baseline too large to ask for.
bool Run::plan_for_hosts() {
  auto plan = plan_queries(request_, hosts_, backends_);
  if (!plan) return stop(plan.error());
  const std::size_t left_out =
      sample_baseline(hosts_, check_.window, plan->queries.size(), outcome_.seed);
  if (left_out > 0) {
    warn("sampled_baseline",
         fmt::format("{} of the baseline were left out to keep the queries small; which ones was "
                     "drawn by the run's seed",
                     count_of(left_out, "host")));
    groups_ = groups_of(check_, hosts_);
    plan = plan_queries(request_, hosts_, backends_);
    if (!plan) return stop(plan.error());
  }
  plan_ = std::move(*plan);
  return true;
}

/// What the history is short of.
void Run::warn_of_history() {
  const auto windows = [](std::size_t count) { return count_of(count, "window"); };
  if (timeline_.thinned) {
    warn("thinned_history",
         fmt::format("the history is {} instead of all that fit in it, to keep the queries small",
                     windows(timeline_.bases.size())));
  }
  if (timeline_.overlapping > 0) {
    warn("past_deploys",
         fmt::format("{} of the history's {} have a deploy in them, because deploys are so many "
                     "that too few have none: the check sees less than it could; a longer "
                     "`history` or a shorter `reference` helps",
                     timeline_.overlapping, windows(timeline_.bases.size())));
  }
}

bool Run::fetch_history() {
  const std::size_t hosts = hosts_.canary.size() + hosts_.baseline.size();
  judge::TimelineRequest wanted = timeline_request();
  wanted.max_points = points_per_series(plan_.queries.size(), hosts == 0 ? kUnknownFleet : hosts);
  timeline_ = judge::make_timeline(wanted);
  outcome_.window.looks = looks();
  describe_hosts();
  describe_metrics();

  const Duration begun = ports_.clock.worked();
  fetch(plan_, backends_, timeline_, judge::stretches_before(timeline_), ports_.clock, time_left(),
        replies_);
  // Where no past is wanted a single point before the deploy tells whether the queries work.
  std::optional<Error> error = first_error(replies_);
  if (!check_.needs_past()) {
    const Grid latest{schedule_.deployed_at - check_.window.step, check_.window.step, 1};
    error = error_of(plan_, backends_, latest, time_left());
  }
  outcome_.timings.query += ports_.clock.worked() - begun;
  if (interrupted()) return false;
  // A query that fails now will fail later too: better to say so now than after the window.
  if (error) return stop(*error);
  if (!check_.needs_past()) return true;
  warn_of_history();
  outcome_.points_fetched = points_in(replies_);
  observer_.history_fetched(static_cast<std::int64_t>(timeline_.bases.size()),
                            outcome_.points_fetched);
  return true;
}

}  // namespace canarygate::gate
