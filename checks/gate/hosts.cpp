#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "checks/definition/variables.h"
#include "checks/duration.h"
#include "checks/gate/run.h"
#include "checks/text.h"

namespace canarygate::gate {

namespace {

constexpr Duration kAskAgain = std::chrono::seconds(5);  // while hosts are waited for

/// A wrong definition and a missing secret are as wrong a minute later.
bool may_pass_by_itself(const Error& error) {
  return error.kind == ErrorKind::discovery || error.kind == ErrorKind::backend ||
         error.kind == ErrorKind::no_hosts || error.kind == ErrorKind::timeout;
}

}  // namespace

RosterRequest Run::roster_request() const {
  return {check_, request_.loaded.environment, request_.canary_hosts, request_.baseline_hosts,
          run_variables(request_, {})};
}

bool Run::asks_discovery() const {
  return request_.canary_hosts.empty() && check_.canary.kind == GroupSpec::Kind::source;
}

Result<Roster> Run::find_now() {
  const Duration begun = ports_.clock.worked();
  auto roster = find_hosts(roster_request(), ports_, time_left());
  outcome_.timings.discovery += ports_.clock.worked() - begun;
  hosts_seen_at_ = now(request_, ports_.clock);
  return roster;
}

bool Run::discover() {
  // A window that is past is judged at once.
  const bool past = now(request_, ports_.clock) >= schedule_.end + schedule_.settle;
  Duration patience = schedule_.may_wait && !past ? check_.expect.wait : Duration(0);
  // Whoever was just deployed to has the warm-up's time to be back.
  if (!hosts_before_.canary.empty()) patience = std::max(patience, check_.window.warmup);
  const Duration begun = ports_.clock.elapsed();
  auto roster = find_now();
  while (roster ? !roster->unmet.empty() || !not_back(roster->hosts).empty()
                : may_pass_by_itself(roster.error())) {
    const Duration waited = ports_.clock.elapsed() - begun;
    if (interrupted()) return false;
    if (waited >= patience || time_left() == Duration(0)) break;
    const Duration pause = std::min(kAskAgain, patience - waited);
    if (!wait_until(ports_.clock.now() + pause, "the expected hosts")) return false;
    roster = find_now();
  }
  if (!roster && roster.error().kind == ErrorKind::no_hosts && !hosts_before_.canary.empty()) {
    hosts_ = {{}, hosts_before_.baseline, {}};  // all that there were are gone
    groups_ = groups_of(check_, hosts_);
    blame_for_not_coming_back();
    describe_hosts();
    return false;
  }
  if (!roster) return stop(roster.error());

  hosts_ = roster->hosts;
  groups_ = groups_of(check_, hosts_);
  for (const std::string& warning : hosts_.warnings) warn("discovery_warning", warning);
  for (const std::string& unmet : roster->unmet) {
    causes_.trouble.push_back({"expected_hosts", {}, {}, unmet});
    stopped_ = true;  // what is not there cannot be judged
  }
  blame_for_not_coming_back();
  describe_hosts();
  observer_.hosts_found(outcome_.hosts);
  if (stopped_ || !plan_for_hosts() || !watch_hosts()) return false;
  collect();
  return !request_.glance || !outcome_.watched || glance();
}

/// Who is a canary by `tags` only the window's series tell, so `expect` is looked at here.
void Run::confirm_tagged_hosts() {
  if (!groups_.by_tags) return;
  const auto found = static_cast<std::int64_t>(groups_.canary.size());
  const auto unmet = [&](std::string text) {
    causes_.trouble.push_back({"expected_hosts", {}, {}, std::move(text)});
  };
  if (check_.expect.hosts && found < *check_.expect.hosts) {
    unmet(fmt::format("expected {}, found series of {}: {}",
                      count_of(static_cast<std::size_t>(*check_.expect.hosts), "canary host"),
                      found, list_of(groups_.canary)));
  }
  std::map<std::string, std::string> wanted;
  for (const auto& [label, text] : check_.expect.label) {
    auto filled = render_text(text, run_variables(request_, {}));
    if (!filled) return unmet(filled.error().text);
    wanted[label] = std::move(*filled);
  }
  for (std::string& text : unmet_labels(groups_, replies_, wanted)) unmet(std::move(text));
}

/// Hosts that were found but set aside prove nothing: `expect.hosts` counts those that were judged.
void Run::confirm_judged_hosts() {
  const auto found = static_cast<std::int64_t>(groups_.canary.size());
  if (!check_.expect.hosts || found < *check_.expect.hosts) return;  // said already
  for (const MetricOutcome& metric : outcome_.metrics) {
    const judge::Finding& finding = metric.finding;
    const bool enough = finding.canary.hosts >= *check_.expect.hosts;
    if (enough || metric.spec.optional || finding.verdict != Verdict::pass) continue;
    causes_.undecided.push_back(
        {"low_coverage",
         finding.metric,
         {},
         fmt::format("'{}' was judged on {} of the {} that `expect` asks for; the others were set "
                     "aside for missing points",
                     finding.metric, finding.canary.hosts,
                     count_of(static_cast<std::size_t>(*check_.expect.hosts), "canary host"))});
  }
}

/// A canary that died in the window's last moments has hardly a point missing. Where the baseline
/// is as quiet it may be the network, or us; but then the end of the window was not seen either.
void Run::confirm_answering_hosts() {
  const auto in = [](const std::vector<std::string>& group, const Stopped& host) {
    return std::ranges::find(group, host.host) != group.end();
  };
  for (const auto& [name, backend] : backends_) {
    const std::vector<Stopped> stopped = backend->stopped(check_.window.step);
    const auto quiet = static_cast<std::size_t>(std::ranges::count_if(
        stopped, [&](const Stopped& host) { return in(groups_.baseline, host); }));
    const bool all_are = quiet > 0 && 2 * quiet >= groups_.baseline.size();
    for (const Stopped& host : stopped) {
      if (!in(groups_.canary, host)) continue;
      const std::string text =
          fmt::format("{} {}, its last {} failed: {}", printable(host.host),
                      host.since ? "stopped answering at " + format_time_of_day(*host.since)
                                 : std::string("has never answered"),
                      count_of(host.failures, "scrape"), host.cause);
      if (all_are) {
        causes_.undecided.push_back(
            {"window_incomplete", {}, host.host, text + "; so did much of the baseline"});
      } else {
        causes_.fail.push_back({"canary_silent", {}, host.host, text});
      }
    }
  }
}

void Run::confirm_hosts() {
  if (!stopped_ && (last_look() || early_pass_)) {
    confirm_tagged_hosts();
    confirm_judged_hosts();
    confirmed_ = true;
    if (judged_) judged_->known.undecided = causes_.undecided.size();
    confirm_answering_hosts();
  }
  const bool seen_since = hosts_seen_at_ >= schedule_.end || request_.now.has_value();
  if (stopped_ || !asks_discovery() || !schedule_.may_wait || seen_since || interrupted()) return;
  const Hosts before = hosts_;
  const auto roster = find_now();
  if (!roster) {
    stop(roster.error());
    return;
  }
  for (const std::string& unmet : roster->unmet) {
    causes_.trouble.push_back({"expected_hosts", {}, {}, unmet});
  }
  const auto contains = [](const std::vector<Host>& hosts, const std::string& name) {
    return std::ranges::find(hosts, name, &Host::name) != hosts.end();
  };
  for (const Host& host : before.canary) {
    if (contains(roster->hosts.canary, host.name)) continue;
    outcome_.hosts.missing.push_back(host.name);
    causes_.fail.push_back(
        {"canary_left",
         {},
         host.name,
         fmt::format("{} was a canary when the window began and is none now: it stopped, turned "
                     "unhealthy or was rolled back",
                     host.name)});
  }
  for (const Host& host : roster->hosts.canary) {
    if (contains(before.canary, host.name)) continue;
    warn("canary_joined",
         fmt::format("{} became a canary during the window and was not judged", host.name));
  }
}

}  // namespace canarygate::gate
