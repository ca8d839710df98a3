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

void PlainProgress::say(const std::string& line) { say_to_all(setting_.check + ": " + line); }

void PlainProgress::say_to_all(const std::string& line) {
  if (setting_.verbosity == Options::Verbosity::quiet) return;
  err_ << "canarygate: " << printable(line) << std::endl;
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
  const std::string line = "running the deploy command: " + command;
  if (!setting_.several) {
    say(line);
  } else if (setting_.first) {
    say_to_all(line);
  }
}

void PlainProgress::deployed(TimePoint deployed_at) {
  say(fmt::format("the deploy ended; the window begins at {}",
                  format_time_of_day(deployed_at + setting_.warmup)));
}

void PlainProgress::looked(const Outcome& so_far) {
  std::vector<std::string> changes;
  for (const MetricOutcome& metric : so_far.metrics) {
    changes.push_back(metric.spec.name + " " + change_of(metric.finding));
  }
  say(fmt::format("look {} of {}: {}", so_far.window.looks_done, so_far.window.looks,
                  join(changes, ", ")));
}

void PlainProgress::decided(const Outcome& outcome) {
  if (setting_.several) say(fmt::format("decided: {}", to_string(outcome.verdict)));
}

void PlainProgress::note(const std::string& line) {
  if (setting_.verbosity >= Options::Verbosity::verbose) say(line);
}

}  // namespace canarygate
