#include "cli/compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/judge/explain.h"
#include "checks/judge/judge.h"
#include "checks/stats/mann_whitney.h"
#include "checks/stats/summary.h"
#include "checks/text.h"
#include "pipelines/numbers.h"

namespace canarygate {

namespace {

using Judge = CompareOptions::Judge;
using judge::KayentaResult;
using Side = std::vector<double>;

std::string changed(Worse worse) {
  return worse == Worse::higher ? "higher" : worse == Worse::lower ? "lower" : "different";
}

std::string interval_text(const Comparison& comparison) {
  const judge::Effect& effect = comparison.effect;
  if (!effect.lower && !effect.upper) return "";
  const auto end = [](const std::optional<double>& value, const char* open) {
    return value ? fmt::format("{:+.4g}", *value) : std::string(open);
  };
  return fmt::format(" ({:.4g} % interval {} to {})", 100.0 * comparison.confidence,
                     end(effect.lower, "-∞"), end(effect.upper, "+∞"));
}

std::string odds(double p) { return p < 1e-6 ? "less than 1 time in a million" : format_odds(p); }

std::string shift_text(const Comparison& comparison) {
  if (!comparison.effect.estimate) return "each side has one value only";
  return fmt::format("shifted by {:+.4g}{}", *comparison.effect.estimate,
                     interval_text(comparison));
}

/// The chance that so many numbers of each could be dealt out all in order: no exact test of them
/// gets below it.
double least_p(std::size_t m, std::size_t n, Worse worse) {
  const double all = std::lgamma(static_cast<double>(m + n) + 1.0);
  const double ways =
      all - std::lgamma(static_cast<double>(m) + 1.0) - std::lgamma(static_cast<double>(n) + 1.0);
  return std::min(1.0, (worse == Worse::either ? 2.0 : 1.0) * std::exp(-ways));
}

/// The p-value of a change in the bad direction beyond `margin`.
std::optional<double> p_beyond(const Side& canary, const Side& baseline, Worse worse,
                               double margin) {
  const auto p = [&](stats::Alternative alternative, double shift) {
    return stats::mann_whitney(canary, baseline, {alternative, std::nullopt, 0.98, shift})->p_value;
  };
  if (worse == Worse::higher) return p(stats::Alternative::greater, margin);
  if (worse == Worse::lower) return p(stats::Alternative::less, -margin);
  if (margin == 0.0) return p(stats::Alternative::two_sided, 0.0);
  const auto up = p(stats::Alternative::greater, margin);
  const auto down = p(stats::Alternative::less, -margin);
  if (!up || !down) return std::nullopt;
  return std::min(1.0, 2.0 * std::min(*up, *down));
}

stats::Alternative interval_side(const CompareOptions& options) {
  if (!options.open_interval || options.worse == Worse::either) {
    return stats::Alternative::two_sided;
  }
  return options.worse == Worse::higher ? stats::Alternative::greater : stats::Alternative::less;
}

Comparison by_mann_whitney(const Side& canary, const Side& baseline,
                           const CompareOptions& options) {
  const auto test = *stats::mann_whitney(
      canary, baseline, {interval_side(options), std::nullopt, options.confidence, 0.0});
  Comparison comparison;
  comparison.method =
      test.exact ? "Mann-Whitney test, exact" : "Mann-Whitney test, normal approximation";
  comparison.effect = {judge::Effect::Kind::difference, test.estimate, test.lower, test.upper};
  comparison.confidence = options.confidence;
  const double margin = options.allow * std::abs(stats::median(baseline));
  comparison.p_value = p_beyond(canary, baseline, options.worse, margin);
  const std::string beyond =
      margin > 0.0
          ? fmt::format(" by more than the allowed {} ({} of the baseline's median)",
                        format_quantity(margin, ""), format_quantity(100.0 * options.allow, "%"))
          : "";
  const double p = comparison.p_value.value_or(1.0);
  const double least = least_p(canary.size(), baseline.size(), options.worse);
  const std::string word = changed(options.worse);
  if (p <= options.false_alarms) {
    comparison.verdict = Verdict::fail;
    comparison.text =
        fmt::format("the canary is {}{}: {}; otherwise chance alone would show this {}", word,
                    beyond, shift_text(comparison), odds(p));
  } else if (least > options.false_alarms) {
    comparison.verdict = Verdict::undecided;
    comparison.text = fmt::format(
        "{} against {} cannot show it: even with all of the canary's beyond the others chance "
        "alone "
        "would show this {}, and false alarms are to be {} at most",
        count_of(canary.size(), "number"), baseline.size(), format_odds(least),
        format_quantity(100.0 * options.false_alarms, "%"));
  } else {
    comparison.verdict = Verdict::pass;
    comparison.text = comparison.p_value
                          ? fmt::format("nothing shows that the canary is {}{}: {}, p = {:.2g}",
                                        word, beyond, shift_text(comparison), p)
                          : "all numbers are the same";
  }
  return comparison;
}

std::string kayenta_text(const Comparison& comparison) {
  const KayentaResult& result = *comparison.kayenta;
  std::string text = fmt::format("Kayenta says {}", to_string(result.classification));
  switch (result.classification) {
    case KayentaResult::Class::nodata:
    case KayentaResult::Class::nodata_fail_metric:
      return text + ": a side has no numbers";
    case KayentaResult::Class::error:
      return text + ": its test cannot be computed, and it would leave the metric out of its score";
    default:
      break;
  }
  if (comparison.effect.estimate) text += ": " + shift_text(comparison);
  if (result.ratio) text += fmt::format(", its mean {:.4g} times the baseline's", *result.ratio);
  return text;
}

Comparison by_kayenta(const Numbers& canary, const Numbers& baseline,
                      const CompareOptions& options) {
  KayentaSettings settings;
  using Direction = KayentaSettings::Direction;
  settings.direction = options.worse == Worse::higher  ? Direction::increase
                       : options.worse == Worse::lower ? Direction::decrease
                                                       : Direction::either;
  settings.allowed_increase = 1.0 + options.allow;
  settings.allowed_decrease = 1.0 - options.allow;
  Comparison comparison;
  comparison.kayenta = judge::classify(canary.values, baseline.values, settings);
  const KayentaResult& result = *comparison.kayenta;
  comparison.method = "Kayenta's NetflixACAJudge-v1.0";
  comparison.effect = {judge::Effect::Kind::difference, result.estimate, result.lower,
                       result.upper};
  switch (result.classification) {
    case KayentaResult::Class::pass:
      comparison.verdict = Verdict::pass;
      break;
    case KayentaResult::Class::high:
    case KayentaResult::Class::low:
      comparison.verdict = Verdict::fail;
      break;
    case KayentaResult::Class::nodata:
    case KayentaResult::Class::nodata_fail_metric:
      comparison.verdict = Verdict::no_data;
      break;
    case KayentaResult::Class::error:
      comparison.verdict = Verdict::undecided;
  }
  comparison.text = kayenta_text(comparison);
  return comparison;
}

/// One host a side and nothing before: the window's own course has to do.
judge::JudgeInput window_of(const Numbers& canary, const Numbers& baseline,
                            const CompareOptions& options) {
  judge::TimelineRequest request;
  request.step = std::chrono::minutes(1);
  request.duration = static_cast<std::int64_t>(canary.values.size()) * request.step;
  judge::JudgeInput input;
  input.timeline = judge::make_timeline(request);
  input.looks_done = 1;
  input.canary = {"canary"};
  input.baseline = {"baseline"};
  input.alike = true;
  input.settings.false_alarms = options.false_alarms;
  input.settings.looks = 1;
  judge::MetricData metric;
  metric.spec.name = "the metric";
  metric.spec.worse = options.worse;
  metric.spec.allow = options.allow;
  metric.values.hosts = {"baseline", "canary"};
  metric.values.columns = input.timeline.columns();
  metric.values.values = baseline.values;
  metric.values.values.insert(metric.values.values.end(), canary.values.begin(),
                              canary.values.end());
  input.metrics.push_back(std::move(metric));
  return input;
}

std::string placebo_text(const judge::Finding& finding) {
  std::string text;
  if (!finding.reasons.empty()) text = finding.reasons.front().text;
  if (finding.verdict == Verdict::pass) {
    text = "no regression: the canary changed by " + judge::effect_text(finding, "");
  }
  return text;
}

Result<Comparison> by_placebo(const Numbers& canary, const Numbers& baseline,
                              const CompareOptions& options) {
  if (canary.values.size() != baseline.values.size()) {
    return fail(ErrorKind::usage,
                fmt::format("{} has {} and {} has {}; with --judge placebo line i of both is the "
                            "same moment: write nan for a missing one",
                            printable(canary.name), count_of(canary.values.size(), "number"),
                            printable(baseline.name), baseline.values.size()));
  }
  const judge::Judgement judgement = judge::judge(window_of(canary, baseline, options));
  const judge::Finding& finding = judgement.findings.front();
  Comparison comparison;
  comparison.method = "placebo judge, without history: the course of the difference";
  comparison.verdict = finding.verdict;
  comparison.text = placebo_text(finding);
  comparison.effect = finding.effect;
  comparison.confidence = 0.95;
  comparison.p_value = finding.p_value;
  comparison.sensitivity = finding.sensitivity;
  return comparison;
}

}  // namespace

Result<Comparison> compare(const Numbers& canary, const Numbers& baseline,
                           const CompareOptions& options) {
  if (options.judge == Judge::kayenta) return by_kayenta(canary, baseline, options);
  if (options.judge == Judge::placebo) return by_placebo(canary, baseline, options);
  const Side ours = canary.present();
  const Side theirs = baseline.present();
  if (!ours.empty() && !theirs.empty()) return by_mann_whitney(ours, theirs, options);
  Comparison comparison;
  comparison.method = "Mann-Whitney test";
  comparison.verdict = theirs.empty() ? Verdict::no_data : Verdict::fail;
  comparison.text = theirs.empty() ? "the baseline has no numbers"
                                   : "the canary has no numbers where the baseline has some";
  return comparison;
}

}  // namespace canarygate
