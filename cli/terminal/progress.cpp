#include "cli/terminal/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate {

namespace {

std::string change_of(const judge::Finding& finding) {
  const auto& estimate = finding.effect.estimate;
  if (!estimate) return to_string(finding.verdict);
  if (finding.effect.kind == judge::Effect::Kind::difference) {
    return fmt::format("{:+.3g}", *estimate);
  }
  return fmt::format("{:+.0f} %", *estimate * 100);
}

}  // namespace

PlainProgress::PlainProgress(std::ostream& err, std::string check, Duration warmup,
                             Options::Verbosity verbosity)
    : err_(err), check_(std::move(check)), warmup_(warmup), verbosity_(verbosity) {}

void PlainProgress::say(const std::string& line) {
  if (verbosity_ == Options::Verbosity::quiet) return;
  err_ << "canarygate: " << check_ << ": " << printable(line) << std::endl;
}

void PlainProgress::hosts_found(const HostsOutcome& hosts) {
  if (hosts.canary.empty()) {
    say("canary and baseline are told apart by the tags of their series");
    return;
  }
  say(fmt::format("canary: {}", list_of(hosts.canary)));
  say(hosts.baseline.empty() ? "baseline: none, before against after"
                             : fmt::format("baseline: {}", list_of(hosts.baseline)));
}

void PlainProgress::history_fetched(std::int64_t windows, std::int64_t points) {
  say(fmt::format("history: {} numbers for up to {} of the past", points,
                  count_of(static_cast<std::size_t>(windows), "window")));
}

void PlainProgress::waiting(const std::string& for_what, TimePoint until) {
  say(fmt::format("waiting for {} at {}", for_what, format_time_of_day(until)));
}

void PlainProgress::deploying(const std::string& command) {
  say("running the deploy command: " + command);
}

void PlainProgress::deployed(TimePoint deployed_at) {
  say(fmt::format("the deploy ended; the window begins at {}",
                  format_time_of_day(deployed_at + warmup_)));
}

void PlainProgress::looked(const Outcome& so_far) {
  std::vector<std::string> changes;
  for (const MetricOutcome& metric : so_far.metrics) {
    changes.push_back(metric.spec.name + " " + change_of(metric.finding));
  }
  say(fmt::format("look {} of {}: {}", so_far.window.looks_done, so_far.window.looks,
                  join(changes, ", ")));
}

void PlainProgress::note(const std::string& line) {
  if (verbosity_ >= Options::Verbosity::verbose) say(line);
}

}  // namespace canarygate
