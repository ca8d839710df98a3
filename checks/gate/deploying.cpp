#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/gate/run.h"
#include "checks/text.h"

namespace canarygate::gate {

namespace {

constexpr Duration kNap = std::chrono::milliseconds(50);  // while the command runs

}  // namespace

bool Run::deploy() {
  if (!request_.deploy) return true;
  outcome_.deployed = false;
  return look_around() && observe() && await_companions() && run_command();
}

/// What cannot be asked now will not be there to judge the deploy either: better to know before it.
/// In soft mode nothing of ours keeps a deploy from running.
bool Run::go_on_after(const Error& error) {
  if (interrupted()) return false;
  if (!request_.deploy_anyway) {
    return stop({error.kind, "the deploy command was not run: " + error.text});
  }
  warn(reason_of(error).code, "before the deploy: " + error.text);
  return true;
}

bool Run::look_around() {
  const auto roster = find_now();
  if (!roster) {
    // A deploy may be what makes the canary: that there is none yet is no mistake.
    if (roster.error().kind != ErrorKind::no_hosts) return go_on_after(roster.error());
    observer_.note("before the deploy, " + roster.error().text);
    return true;
  }
  hosts_before_ = roster->hosts;
  hosts_ = roster->hosts;
  auto plan = plan_queries(request_, hosts_, backends_);
  if (!plan) return stop(plan.error());
  plan_ = std::move(*plan);
  if (!watch_hosts()) return false;
  collect();
  const Grid latest{ports_.clock.now() - check_.window.step, check_.window.step, 1};
  const auto error = error_of(plan_, backends_, latest, time_left());
  return !error || go_on_after(*error);
}

bool Run::observe() {
  const bool watched = outcome_.watched && !hosts_before_.canary.empty();
  const Duration usual = watched ? observed_before_deploy(check_.window) : Duration(0);
  const Duration length = request_.observe.value_or(usual);
  const char* meanwhile = watched ? "the deploy, watching the hosts until then," : "the deploy";
  if (length > Duration(0) && !wait_until(ports_.clock.now() + length, meanwhile)) return false;
  return !watched || length == Duration(0) || saw_enough(length);
}

/// What was not there while it was watched will not be there to judge the deploy by.
bool Run::saw_enough(Duration length) {
  const Grid grid{ports_.clock.now() - length, check_.window.step, length / check_.window.step};
  if (grid.points == 0) return true;
  for (const auto& [name, backend] : backends_) {
    for (const Stopped& host : backend->stopped(check_.window.step)) {
      const bool canary = std::ranges::find(hosts_before_.canary, host.host, &Host::name) !=
                          hosts_before_.canary.end();
      if (!canary) continue;
      const Error error{
          ErrorKind::backend,
          fmt::format("canary host {} does not answer: {}; where the deploy is what brings it up, "
                      "say --observe 0s",
                      printable(host.host), host.cause),
          false};
      if (!go_on_after(error)) return false;
    }
  }
  for (std::size_t m = 0; m < check_.metrics.size(); ++m) {
    const MetricSpec& metric = check_.metrics[m];
    if (metric.optional) continue;
    const PlannedQuery& query = plan_.queries[plan_.metrics[m].values];
    const auto nothing = nothing_seen_of(query, backends_, grid);
    if (!nothing) continue;
    const Error error{
        ErrorKind::backend,
        fmt::format("in {} of watching no host had a number for '{}'{}", format_duration(length),
                    printable(metric.name), nothing->empty() ? "" : "; " + *nothing),
        false};
    if (!go_on_after(error)) return false;
  }
  return true;
}

/// The command is run once, when all checks of the run have seen enough.
bool Run::await_companions() {
  companions_.ready_to_deploy();
  while (!companions_.all_ready_to_deploy()) {
    if (interrupted()) return false;
    if (const auto& gone = companions_.gone_before_deploy()) {
      return stop({ErrorKind::deploy,
                   fmt::format("the deploy command was not run, because of check '{}'; its reasons "
                               "say why",
                               printable(*gone))});
    }
    collect();
    observer_.tick(ports_.clock.now());
    ports_.clock.sleep(kNap, ports_.interrupt);
  }
  return true;
}

bool Run::run_command() {
  observer_.deploying(*request_.deploy);
  const Status started = companions_.start_deploy(
      ports_.processes, *request_.deploy, request_.deploy_prints_to_stderr, ports_.clock.now());
  if (!started) return stop(started.error());
  deploy_began_ = companions_.deploy_began();
  outcome_.deploy_ran = true;
  // Its end is awaited, also when a signal of ours was passed on: a deploy is not left half done.
  const Interrupt never;
  std::optional<std::string> end = companions_.deploy_ended(ports_.clock.now());
  for (; !end; end = companions_.deploy_ended(ports_.clock.now())) {
    if (ports_.interrupt.raised()) companions_.signal_deploy(ports_.interrupt.signal());
    collect();
    ports_.clock.sleep(kNap, never);
  }
  request_.deployed_at = companions_.deploy_end();
  const auto scheduled = schedule_run();
  if (interrupted()) return false;
  if (!end->empty()) {
    return stop({ErrorKind::deploy,
                 fmt::format("the deploy command failed ({}), so nothing was judged: {}. What it "
                             "printed says why",
                             *end, printable(*request_.deploy))});
  }
  outcome_.deployed = true;
  observer_.deployed(*request_.deployed_at);
  return scheduled ? true : stop(scheduled.error());
}

/// The canaries of before the deploy that are none now, unless others took their place.
std::vector<std::string> Run::not_back(const Hosts& now) const {
  std::vector<std::string> gone;
  if (now.canary.size() >= hosts_before_.canary.size()) return gone;
  for (const Host& host : hosts_before_.canary) {
    if (std::ranges::find(now.canary, host.name, &Host::name) == now.canary.end()) {
      gone.push_back(host.name);
    }
  }
  return gone;
}

/// A new version that does not come up at all is the clearest failure there is.
void Run::blame_for_not_coming_back() {
  for (const std::string& host : not_back(hosts_)) {
    outcome_.hosts.missing.push_back(host);
    causes_.fail.push_back({"canary_left",
                            {},
                            host,
                            fmt::format("{} was a canary before the deploy and is none after it: "
                                        "it did not come back",
                                        printable(host))});
    stopped_ = true;
  }
}

}  // namespace canarygate::gate
