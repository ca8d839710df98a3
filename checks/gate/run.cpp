#include "checks/gate/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checks/gate/only.h"
#include "checks/text.h"

namespace canarygate::gate {

Run::Run(const GateRequest& request, const Ports& ports, GateObserver& observer,
         Companions& companions)
    : request_(request),
      ports_(ports),
      observer_(observer),
      companions_(companions),
      check_(request_.loaded.check) {
  outcome_.check = check_.name;
  outcome_.environment = request_.loaded.environment.name;
  outcome_.description = check_.description;
  outcome_.owner = check_.owner;
  outcome_.runbook = check_.runbook;
  outcome_.mode = check_.mode;
  outcome_.on_no_data = check_.on_no_data;
  outcome_.on_undecided = check_.on_undecided;
  outcome_.judge = check_.judge;
  outcome_.score_rule = check_.score;
  outcome_.started_at = gate::now(request_, ports_.clock);
  outcome_.deployed_at = request_.deployed_at.value_or(outcome_.started_at);
  begun_ = ports_.clock.elapsed();
  schedule_.elapsed_at_start = begun_;
  for (const std::string& warning : request_.loaded.warnings) warn("definition", warning);
}

bool Run::prepare() {
  if (const auto narrowed = narrow_metrics(check_, request_.only); !narrowed) {
    return stop(narrowed.error());
  }
  auto backends = make_backends(check_, request_.loaded.environment, ports_);
  if (!backends) return stop(backends.error());
  backends_ = std::move(*backends);
  outcome_.watched = watcher().has_value();
  if (const auto secrets = secrets_exist(check_, request_.loaded.environment, ports_); !secrets) {
    return stop(secrets.error());
  }
  // Filled in once with a stand-in host: a wrong variable is not found out after the deploy's wait.
  const Hosts stand_in = check_.canary.kind == GroupSpec::Kind::tags
                             ? Hosts{}
                             : Hosts{{{"canary", {}}}, {{"baseline", {}}}, {}};
  if (const auto plan = plan_queries(request_, stand_in, backends_); !plan) {
    return stop(plan.error());
  }

  if (const auto scheduled = schedule_run(); !scheduled) return stop(scheduled.error());
  const auto seen = can_be_seen();
  return seen ? true : stop(seen.error());
}

void Run::stand_down(const std::string& because_of) {
  stop({ErrorKind::usage,
        fmt::format("nothing was asked, because check '{}' cannot be run; its reasons say why",
                    printable(because_of))});
}

/// Reads the clock. Again after a deploy of our own: all is counted from its end.
Status Run::schedule_run() {
  const auto schedule = make_schedule(request_, settle_of(check_, backends_), ports_.clock);
  if (!schedule) return unexpected(schedule.error());
  schedule_ = *schedule;
  outcome_.deployed_at = schedule_.deployed_at;
  outcome_.seed = request_.seed.value_or(seed_of(check_.name, schedule_.deployed_at));
  outcome_.window = {schedule_.start, schedule_.end, check_.window.step, check_.judge.looks, 0,
                     schedule_.settle};
  return Done{};
}

/// Always false: the story ends here.
bool Run::stop(const Error& error) {
  if (error.kind == ErrorKind::interrupted && interrupted()) return false;
  causes_.trouble.push_back(reason_of(error));
  if (!outcome_.trouble_kind) outcome_.trouble_kind = error.kind;
  stopped_ = true;
  return false;
}

void Run::warn(std::string code, std::string text) {
  Reason warning{std::move(code), {}, {}, std::move(text)};
  const bool known = std::ranges::find(outcome_.warnings, warning) != outcome_.warnings.end();
  if (!known) outcome_.warnings.push_back(std::move(warning));
}

bool Run::interrupted() {
  if (!ports_.interrupt.raised()) return false;
  if (outcome_.interrupted_by == 0) {
    outcome_.interrupted_by = ports_.interrupt.signal();
    const char* when = outcome_.deployed ? "before the window was complete"
                       : outcome_.deploy_ran
                           ? "while the deploy command ran, and was passed on to it"
                           : "before the deploy command was run";
    causes_.undecided.push_back(
        {"interrupted",
         {},
         {},
         fmt::format("signal {} ended the run {}", outcome_.interrupted_by, when)});
  }
  stopped_ = true;
  return true;
}

/// Whether another check has failed, and that is all that was to be known.
bool Run::called_off() {
  const auto& failed = companions_.failed();
  if (!failed) return false;
  causes_.undecided.push_back(
      {"fail_fast",
       {},
       {},
       fmt::format("check '{}' failed, and --fail-fast ended this one before its window was "
                   "complete",
                   printable(*failed))});
  stopped_ = true;
  return true;
}

Duration Run::time_left() const {
  constexpr Duration kUnbounded = std::chrono::hours(24 * 365);
  // The timeout counts from the deploy's end.
  return outcome_.deployed ? gate::time_left(schedule_, ports_.clock) : kUnbounded;
}

}  // namespace canarygate::gate
