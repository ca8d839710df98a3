#include <fmt/format.h>

#include <algorithm>

#include "checks/text.h"
#include "pipelines/explanation/parts.h"

namespace canarygate {

namespace {

using namespace explanation;

bool one_of_several_is_silent(const Outcome& outcome) {
  return outcome.hosts.canary.size() > 1 &&
         std::ranges::any_of(outcome.reasons, [](const Reason& reason) {
           return reason.code == "canary_silent" && reason.host.has_value();
         });
}

std::string failed_words(const Outcome& outcome) {
  switch (failure_of(outcome)) {
    case Failure::silent:
      return one_of_several_is_silent(outcome) ? "a canary host has gone silent"
                                               : "the canary has gone silent";
    case Failure::limit:
      return "the canary is beyond a fixed limit";
    case Failure::missing:
      return "a metric that must have data has none";
    case Failure::compared:
      break;
  }
  return outcome.hosts.baseline.empty() ? "the canary is worse than before the deploy"
                                        : "the canary is worse than the rest of the fleet";
}

std::string trouble_words(const Outcome& outcome) {
  if (outcome.trouble_kind) {
    switch (*outcome.trouble_kind) {
      case ErrorKind::usage:
        return "the command line is not valid";
      case ErrorKind::definition:
        return "the check's definition cannot be used";
      case ErrorKind::secret:
        return "a secret could not be read";
      case ErrorKind::output:
        return "a report could not be written";
      case ErrorKind::deploy:
        return "the deploy command failed";
      case ErrorKind::discovery:
      case ErrorKind::no_hosts:
        return "the hosts to compare could not be found";
      case ErrorKind::backend:
        return "a metrics backend could not be asked";
      case ErrorKind::timeout:
        return "the gate ran out of time";
      case ErrorKind::interrupted:
        break;
    }
  }
  return "the gate could not do its work";
}

std::string verdict_words(const Outcome& outcome) {
  switch (outcome.verdict) {
    case Verdict::pass:
      // Only trouble of our own makes a pass end in anything but 0.
      if (hard_exit_code(outcome) != 0) return trouble_words(outcome);
      if (const std::size_t failed = let_through(outcome).size(); failed > 0) {
        return fmt::format("the canary's score is good enough, though {} failed",
                           count_of(failed, "metric"));
      }
      if (!compares(outcome)) return "the canary is within its fixed limits";
      return outcome.hosts.baseline.empty()
                 ? "no sign that the canary is worse than before the deploy"
                 : "no sign that the canary is worse than the rest of the fleet";
    case Verdict::fail:
      return failed_words(outcome);
    case Verdict::no_data:
      return "there is no data to judge the canary by";
    case Verdict::undecided:
      return "the canary could not be judged either way";
    case Verdict::trouble:
      break;
  }
  return trouble_words(outcome);
}

std::string opening(const Report& report) {
  switch (release_of(report)) {
    case Release::passed:
      return "PASSED";
    case Release::by_policy:
      return "LET THROUGH, NOT PASSED";
    case Release::soft:
      return "WARNING, NOT STOPPED (soft mode)";
    case Release::overridden:
      return "OVERRIDDEN";
    case Release::stopped:
      break;
  }
  if (report.outcome.interrupted_by != 0) return "INTERRUPTED";
  return report.exit_code == 1 ? "STOPPED" : "TROUBLE";
}

std::string what_was_checked(const Outcome& outcome) {
  if (outcome.check.empty()) return "";
  if (outcome.environment.empty()) return fmt::format(" ({})", outcome.check);
  return fmt::format(" ({} in {})", outcome.check, outcome.environment);
}

Tone tone_of(const Report& report) {
  switch (release_of(report)) {
    case Release::passed:
      return Tone::good;
    case Release::stopped:
      return Tone::bad;
    case Release::by_policy:
    case Release::soft:
    case Release::overridden:
      break;
  }
  return Tone::warning;
}

}  // namespace

Explanation explain(const Report& report) {
  const Outcome& outcome = report.outcome;
  const bool cut_short = outcome.interrupted_by != 0 && outcome.verdict != Verdict::fail;
  Explanation explanation;
  explanation.tone = tone_of(report);
  explanation.headline =
      fmt::format("{}: {}{}", opening(report),
                  cut_short ? "the gate was ended before it had decided" : verdict_words(outcome),
                  what_was_checked(outcome));

  add_release(report, explanation.blocks);
  add_what_happened(report, explanation.blocks);
  const bool looked = outcome.window.looks_done > 0;
  if (looked && !outcome.metrics.empty()) explanation.blocks.push_back(metric_table(report));
  add_how_sure(report, explanation.blocks);
  add_worth_knowing(report, explanation.blocks);
  add_next_steps(report, explanation.blocks);
  add_build(report, explanation.blocks);
  explanation.blocks.push_back(
      Paragraph{fmt::format("canarygate {}, run {}", report.program_version, report.run_id)});
  return explanation;
}

}  // namespace canarygate
