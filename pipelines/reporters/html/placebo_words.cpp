#include <fmt/format.h>

#include <cmath>

#include "pipelines/explanation/parts.h"
#include "pipelines/reporters/html/placebo_chart.h"

namespace canarygate::html {

namespace {

using judge::Placebos;

std::string many(std::int64_t count) { return format_number(static_cast<double>(count), 7); }

/// Where there is no distribution to show.
std::string why_none(const MetricView& view) {
  switch (view.metric.finding.method) {
    case JudgeMethod::threshold:
      return "This metric is held against its limit alone: nothing is compared, and no statistics "
             "are involved.";
    case JudgeMethod::kayenta:
      return "The check asks for Kayenta's judge, which takes every point for independent instead "
             "of measuring how much hosts differ anyway: there is no such measurement to show.";
    case JudgeMethod::mann_whitney:
      return "The check asks for the Mann-Whitney test, which takes every point for independent "
             "instead of measuring how much hosts differ anyway: there is no such measurement to "
             "show.";
    case JudgeMethod::placebo:
      break;
  }
  if (!view.metric.finding.effect.estimate) {
    return "This metric was not compared, so there is no score to show.";
  }
  return "There was too little history, and there were too few hosts, to measure how much this "
         "metric differs when nothing is deployed. A textbook formula stood in, so there is no "
         "measurement to show.";
}

std::string how_common(const Placebos& seen) {
  if (seen.beyond == 0) return "not one of them scored as high";
  if (seen.beyond == seen.draws) return "all of them scored as high or higher";
  return fmt::format(
      "{} of them ({}) scored as high or higher", many(seen.beyond),
      format_signed_percent(static_cast<double>(seen.beyond) / static_cast<double>(seen.draws))
          .substr(1));
}

std::string conclusion(const MetricView& view, const Placebos& seen) {
  if (!std::isfinite(seen.critical)) {
    return "With so few comparisons no score at all could be rare enough to stop a deploy.";
  }
  const std::string beyond = format_number(seen.critical, 2);
  if (seen.observed > seen.critical) {
    return fmt::format(
        "A deploy is stopped beyond {}: so high that when nothing is wrong it happens about {}, "
        "over all metrics and looks together.",
        beyond, format_odds(view.outcome.judge.false_alarms));
  }
  if (view.metric.finding.verdict == Verdict::fail) {
    return fmt::format(
        "Beyond {} the comparison alone would have stopped the deploy: here it was not what did.",
        beyond);
  }
  return fmt::format("Only beyond {} would it have stopped the deploy.", beyond);
}

}  // namespace

std::string placebo_words(const MetricView& view) {
  const auto& seen = view.metric.finding.placebos;
  if (!seen || seen->draws == 0) return why_none(view);
  const char* whose = seen->earlier
                          ? "made where nothing had been deployed: the same metric, earlier "
                            "times, each time some hosts in the canary's place"
                          : "of the same window, each time some hosts in the canary's place";
  const std::string granted =
      view.metric.spec.allow > 0 ? ", after taking off what the check allows" : "";
  return fmt::format(
      "The bars are {} comparisons {}. How far they spread is how much hosts differ anyway. This "
      "deploy scored {}{}; {}. {}",
      many(seen->draws), whose, format_number(seen->observed, 2), granted, how_common(*seen),
      conclusion(view, *seen));
}

}  // namespace canarygate::html
