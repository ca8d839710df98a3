#include "pipelines/explanation/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/judge/explain.h"
#include "pipelines/numbers.h"

namespace canarygate::explanation {

namespace {

bool has_code(const std::vector<Reason>& reasons, std::string_view code) {
  return std::ranges::any_of(reasons, [&](const Reason& r) { return r.code == code; });
}

std::string number_words(judge::Effect::Kind kind, double value, const std::string& unit) {
  return kind == judge::Effect::Kind::ratio ? format_signed_percent(value)
                                            : format_signed_quantity(value, unit);
}

}  // namespace

Release release_of(const Report& report) {
  if (report.exit_code != 0) return Release::stopped;
  if (report.hard_exit_code != 0) {
    return report.override_reason ? Release::overridden : Release::soft;
  }
  return report.outcome.verdict == Verdict::pass ? Release::passed : Release::by_policy;
}

Failure failure_of(const judge::Finding& finding) {
  if (has_code(finding.reasons, "canary_silent")) return Failure::silent;
  if (has_code(finding.reasons, "regression")) return Failure::compared;
  if (has_code(finding.reasons, "no_data")) return Failure::missing;
  return has_code(finding.reasons, "limit_exceeded") ? Failure::limit : Failure::compared;
}

Failure failure_of(const Outcome& outcome) {
  if (has_code(outcome.reasons, "canary_silent")) return Failure::silent;
  bool limit = false;
  bool missing = false;
  for (const MetricOutcome& metric : outcome.metrics) {
    if (metric.finding.verdict != Verdict::fail) continue;
    const Failure failure = failure_of(metric.finding);
    if (failure == Failure::compared) return failure;
    limit = limit || failure == Failure::limit;
    missing = missing || failure == Failure::missing;
  }
  if (limit) return Failure::limit;
  return missing ? Failure::missing : Failure::compared;
}

bool window_incomplete(const std::vector<Reason>& reasons) {
  return has_code(reasons, "window_incomplete");
}

std::vector<const MetricOutcome*> decisive_metrics(const Outcome& outcome) {
  std::vector<const MetricOutcome*> decisive;
  for (const MetricOutcome& metric : outcome.metrics) {
    if (metric.finding.verdict != outcome.verdict) continue;
    if (metric.spec.optional && outcome.verdict != Verdict::fail) continue;
    decisive.push_back(&metric);
  }
  return decisive;
}

std::vector<const MetricOutcome*> let_through(const Outcome& outcome) {
  std::vector<const MetricOutcome*> failed;
  if (outcome.verdict == Verdict::fail) return failed;
  for (const MetricOutcome& metric : outcome.metrics) {
    if (metric.finding.verdict == Verdict::fail) failed.push_back(&metric);
  }
  return failed;
}

bool false_alarms_hold(const Outcome& outcome) {
  return std::ranges::none_of(outcome.metrics, [](const MetricOutcome& metric) {
    return judge::compared_as_they_are(metric.finding);
  });
}

bool compares(const Outcome& outcome) {
  return std::ranges::any_of(outcome.metrics, [](const MetricOutcome& metric) {
    return metric.finding.method != JudgeMethod::threshold;
  });
}

std::string sentence(std::string text) {
  constexpr std::string_view kEnds = ".!?:;";
  if (!text.empty() && kEnds.find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

std::string named(const std::string& metric, const std::string& text) {
  return text.find(metric) != std::string::npos ? text : metric + ": " + text;
}

std::string effect_words(const judge::Effect& effect, const std::string& unit) {
  if (!effect.estimate) return "unknown";
  // A root search ends beside 0, not on it.
  constexpr double kNothing = 1e-4;
  const bool nothing = effect.lower && effect.upper &&
                       std::abs(*effect.estimate) < kNothing * (*effect.upper - *effect.lower);
  return number_words(effect.kind, nothing ? 0.0 : *effect.estimate, unit);
}

std::string range_words(const judge::Effect& effect, const std::string& unit) {
  if (!effect.estimate || (!effect.lower && !effect.upper)) return "";
  if (!effect.upper) return number_words(effect.kind, *effect.lower, unit) + " or more";
  if (!effect.lower) return number_words(effect.kind, *effect.upper, unit) + " or less";
  return fmt::format("{} to {}", number_words(effect.kind, *effect.lower, unit),
                     number_words(effect.kind, *effect.upper, unit));
}

std::vector<Reason> all_warnings(const Outcome& outcome) {
  std::vector<Reason> warnings;
  const auto add = [&](const std::vector<Reason>& more) {
    for (const Reason& warning : more) {
      if (std::ranges::find(warnings, warning) == warnings.end()) warnings.push_back(warning);
    }
  };
  add(outcome.warnings);
  for (const MetricOutcome& metric : outcome.metrics) add(metric.finding.warnings);
  return warnings;
}

}  // namespace canarygate::explanation
