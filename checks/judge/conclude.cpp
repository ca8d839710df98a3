#include "checks/judge/conclude.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/duration.h"
#include "checks/judge/conclude_kayenta.h"
#include "checks/judge/explain.h"
#include "checks/judge/limits.h"
#include "checks/judge/pooled.h"
#include "checks/judge/sensitivity.h"
#include "checks/judge/since.h"
#include "checks/judge/warnings.h"
#include "checks/stats/distributions.h"
#include "checks/text.h"

namespace canarygate::judge {

namespace {

std::int64_t elapsed_of(const ConcludeRequest& request) {
  return request.look == 0
             ? 0
             : request.input.timeline.looks[static_cast<std::size_t>(request.look) - 1];
}

/// The points whose means are shown: so far all, or those that failed it.
Stretch shown_points(const ConcludeRequest& request) {
  const std::int64_t elapsed = elapsed_of(request);
  const bool late = request.test != nullptr && request.test->late;
  return {late ? elapsed - request.input.timeline.late + 1 : 1, elapsed};
}

void describe_hosts(const ConcludeRequest& request, Finding& finding) {
  const Stretch shown = shown_points(request);
  if (shown.from > 1) finding.late_since = request.input.timeline.at(shown.from - 1);
  for (const bool canary : {true, false}) {
    SideSummary& side = canary ? finding.canary : finding.baseline;
    std::vector<std::size_t> judged;
    for (std::size_t host = 0; host < request.fleet.size(); ++host) {
      if (request.fleet.canary[host] != canary) continue;
      finding.hosts.push_back({request.fleet.hosts[host], canary,
                               mean_value(request.subject.points, {host}, shown),
                               request.quality.points[host]});
      if (!request.quality.judged[host]) continue;
      judged.push_back(host);
      side.points += request.quality.points[host];
    }
    side.hosts = static_cast<std::int64_t>(judged.size());
    side.mean = mean_value(request.subject.points, judged, shown);
  }
  finding.set_aside = request.quality.set_aside;
}

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

void describe_effect(const ConcludeRequest& request, Finding& finding) {
  const Test& test = *request.test;
  const bool ratio = request.subject.counts || request.subject.scale.ratio;
  const auto shown = [&](double effect) { return finite(ratio ? std::expm1(effect) : effect); };
  finding.effect.kind = ratio ? Effect::Kind::ratio : Effect::Kind::difference;
  finding.effect.estimate = shown(test.seen.effect);
  if (const EffectInterval ends = interval_of(test); !test.seen.constant) {
    if (ends.lower) finding.effect.lower = shown(*ends.lower);
    if (ends.upper) finding.effect.upper = shown(*ends.upper);
  }
  finding.p_value = finite(test.p_value);
  finding.adjusted_p_value = finite(test.adjusted_p);
  finding.evidence = test.evidence;
  finding.placebos = test.placebos;
  const std::optional<double> reach = smallest_change(request.subject, test);
  if (!reach) return;
  const bool falls = request.subject.spec->worse == Worse::lower;
  finding.sensitivity = !ratio ? *reach : falls ? -std::expm1(-*reach) : std::expm1(*reach);
  if (!std::isfinite(*finding.sensitivity)) finding.sensitivity.reset();
}

void give(Finding& finding, Verdict verdict, const char* code, std::string text) {
  finding.verdict = verdict;
  finding.reasons.push_back({code, finding.metric, std::nullopt, std::move(text)});
}

std::string insensitive_text(const ConcludeRequest& request, const Finding& finding) {
  if (request.test->too_few) {
    return fmt::format(
        "{} has too few points ({} of the canary, {} of the baseline): were all of the canary's "
        "worse than all others, the Mann-Whitney test could not be sure enough; a longer window or "
        "a shorter step gives it more",
        finding.metric, finding.canary.points, finding.baseline.points);
  }
  const double detect = request.subject.settings.detect;
  std::string text = fmt::format("{} is too noisy here to tell", finding.metric);
  if (finding.sensitivity) {
    text +=
        fmt::format(": only a change of {} would have been found 8 times in 10",
                    change(*finding.sensitivity, finding.effect.kind, request.subject.spec->unit));
  }
  return text + fmt::format(" (`detect` asks for {:.4g} %)", 100 * detect);
}

/// The statistics' verdict once the window has ended and nothing has failed. Passing needs each of
/// these to be known: a NaN anywhere ends as undecided.
void decide_statistics(const ConcludeRequest& request, Finding& finding) {
  if (request.test == nullptr || !request.test->seen.seen) {
    give(finding, Verdict::undecided, "no_history",
         fmt::format("{} has nothing to be compared with: no history, and no reference before the "
                     "deploy",
                     finding.metric));
    return;
  }
  const Test& test = *request.test;
  if (test.seen.constant && !(test.seen.beyond <= 0)) {
    give(finding, Verdict::undecided, "constant_history",
         fmt::format("{} differs on the canary ({}), but it never moved before, and the history is "
                     "too short to say how rare that is; a longer history helps",
                     finding.metric, effect_text(finding, request.subject.spec->unit)));
    return;
  }
  if (!(test.adjusted_p > request.false_alarms) || !shows_enough(request.subject, test)) {
    give(finding, Verdict::undecided, "insensitive", insensitive_text(request, finding));
    return;
  }
  finding.verdict = Verdict::pass;
}

/// Kayenta's verdict once the window has ended and nothing has failed.
void decide_kayenta(const KayentaResult& answer, Finding& finding) {
  if (answer.classification == KayentaResult::Class::pass) {
    finding.verdict = Verdict::pass;
    return;
  }
  give(finding, Verdict::undecided, "kayenta_error",
       fmt::format("Kayenta's test cannot be computed for {}: it has a single value on each side, "
                   "or all differences between the sides are the same; a longer window gives it "
                   "more values",
                   finding.metric));
}

/// Which side of a share has numbers at too few points, because its total is 0 at the others.
std::optional<std::string> thin_side(const ConcludeRequest& request, const Finding& finding) {
  if (!compared_as_they_are(finding) || !request.subject.points.has_total) return std::nullopt;
  const Sides sides = sides_of(request.fleet, request.quality.judged);
  const Pooled all = pool(request.subject.points, sides, elapsed_of(request));
  const Pooled numbers = all.present();
  if (!all.comparable()) return std::nullopt;
  for (const bool canary : {true, false}) {
    const std::size_t points = (canary ? all.canary : all.baseline).size();
    const std::size_t found = (canary ? numbers.canary : numbers.baseline).size();
    const double share = static_cast<double>(found) / static_cast<double>(points);
    if (share >= request.subject.settings.min_coverage) continue;
    return fmt::format("at {} of {} points of the {}", found, points,
                       canary ? "canary" : "baseline");
  }
  return std::nullopt;
}

/// Points there are, but of a share none that has a number: its total is 0 throughout.
void decide_without_numbers(Finding& finding) {
  give(finding, Verdict::no_data, "no_data",
       fmt::format("'{}' has no numbers of {} in the window: its `total` is 0 throughout",
                   finding.metric, finding.canary.mean ? "the baseline" : "the canary"));
}

void decide_at_end(const ConcludeRequest& request, const LimitRequest& limits,
                   const std::optional<KayentaResult>& kayenta, Finding& finding) {
  const bool tested = request.test != nullptr && request.test->seen.seen;
  if (!limits_testable(limits)) {
    give(finding, Verdict::undecided, "low_coverage",
         fmt::format("{} cannot be held against its limit: the canary has too few values of it{}",
                     finding.metric,
                     request.subject.points.has_total ? ", or its `total` is 0 throughout" : ""));
  } else if (const auto where = thin_side(request, finding)) {
    give(
        finding, Verdict::undecided, "low_coverage",
        fmt::format("'{}' has numbers only {}, fewer than the {:.4g} % that min_coverage asks for: "
                    "its `total` is 0 at the others; a longer `window.step`, or judge placebo, "
                    "which counts events instead of points, needs less traffic",
                    finding.metric, *where, 100 * request.subject.settings.min_coverage));
  } else if (kayenta) {
    decide_kayenta(*kayenta, finding);
  } else if (request.subject.statistics || tested) {
    decide_statistics(request, finding);
  } else if (compared_as_they_are(finding)) {
    decide_without_numbers(finding);
  } else if (request.subject.spec->limit) {
    finding.verdict = Verdict::pass;
  } else {
    give(
        finding, Verdict::undecided, "no_limit",
        fmt::format("{} is judged by limits only and has none; give it a `limit`", finding.metric));
  }
}

/// In Kayenta's words NodataFailMetric.
bool must_have_data(const ConcludeRequest& request) {
  const JudgeSettings& settings = request.subject.settings;
  return settings.method == JudgeMethod::kayenta && settings.kayenta.must_have_data;
}

void fail(const ConcludeRequest& request, Finding& finding) {
  finding.verdict = Verdict::fail;
  finding.stopped_at_look = request.look;
  finding.critical = request.subject.spec->critical;
}

/// Whether it broke a limit, or is worse by its test; then that is the verdict.
bool found_worse(const ConcludeRequest& request, const LimitRequest& limits,
                 const std::optional<KayentaResult>& kayenta, Finding& finding) {
  const std::string& unit = request.subject.spec->unit;
  finding.reasons = broken_limits(limits);
  const bool within_limits = finding.reasons.empty();
  const auto put_first = [&](std::string text) {
    finding.reasons.insert(finding.reasons.begin(),
                           {"regression", finding.metric, std::nullopt, std::move(text)});
  };
  if (deviates(kayenta)) put_first(deviation_text(*kayenta, finding, unit));
  if (request.test != nullptr && request.test->adjusted_p <= request.false_alarms) {
    put_first(regression_text(finding, unit));
  }
  if (finding.reasons.empty()) return false;
  fail(request, finding);
  // Kayenta has a bound of its own for what is critical.
  if (deviates(kayenta) && within_limits) finding.critical = kayenta->critical;
  const Measure scale = request.subject.counts ? Measure{false} : request.subject.scale;
  finding.since =
      changed_since(request.input.timeline, request.subject.points, scale,
                    sides_of(request.fleet, request.quality.judged), elapsed_of(request));
  return true;
}

std::optional<double> events_of(const ConcludeRequest& request) {
  if (!request.subject.points.has_total) return std::nullopt;
  double seen = 0;
  for (std::size_t host = 0; host < request.fleet.size(); ++host) {
    if (!request.fleet.canary[host]) continue;
    for (std::int64_t i = 1; i <= elapsed_of(request); ++i) {
      const double total = request.subject.points.total.at(host, i);
      if (!std::isnan(total)) seen += total;
    }
  }
  return seen;
}

bool fewer_than_asked(const MetricSpec& spec, std::optional<double> events) {
  return spec.min_traffic && events && !(*events >= *spec.min_traffic);
}

}  // namespace

bool low_traffic(const ConcludeRequest& request) {
  const MetricSpec& spec = *request.subject.spec;
  return spec.min_traffic && fewer_than_asked(spec, events_of(request));
}

Finding conclude(const ConcludeRequest& request) {
  Finding finding;
  finding.metric = request.subject.spec->name;
  finding.method = request.subject.settings.method;
  describe_hosts(request, finding);
  const std::optional<KayentaResult> kayenta = ask_kayenta(request);
  if (kayenta) describe_kayenta(*kayenta, finding);
  if (request.test != nullptr && request.test->seen.seen) describe_effect(request, finding);
  add_warnings(request, finding);
  if (!request.quality.silent.empty()) {
    finding.reasons = request.quality.silent;
    fail(request, finding);
    return finding;
  }
  finding.events = events_of(request);
  const bool too_little_traffic = fewer_than_asked(*request.subject.spec, finding.events);
  const std::int64_t elapsed = elapsed_of(request);
  const LimitRequest limits{*request.subject.spec,  request.fleet,          request.input.timeline,
                            request.subject.points, request.quality.judged, elapsed};
  if (!too_little_traffic && found_worse(request, limits, kayenta, finding)) return finding;
  if (!request.last_look) {
    give(finding, Verdict::undecided, "window_incomplete",
         fmt::format("{} has not failed in the first {} of {} points; the window ends at {}",
                     finding.metric, elapsed, request.input.timeline.points,
                     format_time_of_day(request.input.timeline.at(request.input.timeline.points))));
  } else if (!request.quality.lacking.empty()) {
    finding.reasons = request.quality.lacking;
    finding.verdict = request.quality.lacking_verdict;
  } else if (request.quality.unseen_end) {
    finding.reasons = {*request.quality.unseen_end};
    finding.verdict = Verdict::undecided;
  } else if (too_little_traffic) {
    give(finding, Verdict::undecided, "low_traffic",
         fmt::format("the canary had {} of the {} events that {} needs to be judged",
                     quantity(*finding.events, "none"),
                     quantity(*request.subject.spec->min_traffic, "none"), finding.metric));
  } else {
    decide_at_end(request, limits, kayenta, finding);
  }
  if (finding.verdict == Verdict::no_data && must_have_data(request)) {
    // Failed, a good score would let it through, and no data is never a pass.
    finding.missed = request.input.score && !request.subject.spec->critical;
    if (!finding.missed) fail(request, finding);
  }
  return finding;
}

}  // namespace canarygate::judge
