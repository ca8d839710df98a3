#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "checks/duration.h"
#include "checks/judge/explain.h"
#include "checks/text.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/numbers.h"

namespace canarygate::explanation {

namespace {

constexpr std::size_t kMostHosts = 5;
constexpr std::size_t kMostNames = 3;

/// `from 14:04:20 to 14:06:20 UTC, after the deploy at 14:03:20 UTC`: as far as was looked.
std::string period(const Outcome& outcome) {
  const WindowOutcome& window = outcome.window;
  TimePoint end = window.end;
  if (window.looks > 0 && window.looks_done < window.looks) {
    const std::int64_t points = (window.end - window.start) / std::max(window.step, Duration(1));
    const std::int64_t seen = (points * window.looks_done + window.looks - 1) / window.looks;
    end = window.start + seen * window.step;
  }
  std::string from = format_time_of_day(window.start);
  from.resize(from.size() - std::string_view(" UTC").size());
  return fmt::format("from {} to {}, after the deploy at {}", from, format_time_of_day(end),
                     format_time_of_day(outcome.deployed_at));
}

bool looked(const Outcome& outcome) { return outcome.window.looks_done > 0; }

std::string compared_with(const Outcome& outcome) {
  if (outcome.hosts.baseline.empty()) return "what they did before the deploy";
  return count_of(outcome.hosts.baseline.size(), "host") + " of the baseline";
}

/// `2 canary hosts (web-7 and web-8)`; hosts are not always known by name.
std::string canary_words(const Outcome& outcome) {
  if (outcome.hosts.canary.empty()) return "the canary";
  return fmt::format("{} ({})", count_of(outcome.hosts.canary.size(), "canary host"),
                     list_of(outcome.hosts.canary, kMostNames));
}

/// `Compared: 2 canary hosts (…) with 10 hosts of the baseline, from … to ….`
std::string compared_sentence(const Outcome& outcome) {
  if (!compares(outcome)) {
    return fmt::format("Held against fixed limits: {}, {}.", canary_words(outcome),
                       period(outcome));
  }
  return fmt::format("Compared: {} with {}, {}.", canary_words(outcome), compared_with(outcome),
                     period(outcome));
}

/// The same for somebody who wonders what this step of the pipeline is.
std::string introduction(const Report& report) {
  const Outcome& outcome = report.outcome;
  const bool stopped = release_of(report) == Release::stopped;
  const char* it = outcome.hosts.canary.size() > 1 ? "them" : "it";
  return fmt::format(
      "Neither the tests nor the pipeline broke. The new version first went to {}{}. "
      "canarygate {}, {}.",
      canary_words(outcome), stopped ? ", and the others get it only if it does well there" : "",
      compares(outcome) ? fmt::format("compared {} with {}", it, compared_with(outcome))
                        : fmt::format("held {} against fixed limits", it),
      period(outcome));
}

/// The worst canary hosts with their values.
std::string by_host(const MetricOutcome& metric) {
  std::vector<judge::HostValue> canaries;
  for (const judge::HostValue& host : metric.finding.hosts) {
    if (host.canary && host.mean) canaries.push_back(host);
  }
  const bool low = metric.spec.worse == Worse::lower ||
                   (metric.spec.worse == Worse::either && metric.finding.effect.estimate &&
                    *metric.finding.effect.estimate < 0);
  std::ranges::stable_sort(canaries, [&](const judge::HostValue& a, const judge::HostValue& b) {
    return low ? a.mean < b.mean : a.mean > b.mean;
  });
  std::vector<std::string> words;
  for (const judge::HostValue& host : canaries) {
    words.push_back(
        fmt::format("{} ({})", host.host, format_quantity(*host.mean, metric.spec.unit)));
  }
  return words.empty() ? "" : "Canary hosts: " + list_of(words, kMostHosts) + ".";
}

/// `0.41 1/s was to be expected, 2.9 1/s is on the canary`, as far as known.
std::string levels(const MetricOutcome& metric) {
  const auto from = judge::expected_mean(metric.finding);
  const auto& to = metric.finding.canary.mean;
  if (!to) return "";
  if (!from) return format_quantity(*to, metric.spec.unit) + " on the canary";
  constexpr std::string_view kArrow = " → ";
  const std::string change = format_change(*from, *to, metric.spec.unit);
  const std::size_t arrow = change.find(kArrow);
  const char* expected =
      judge::compared_as_they_are(metric.finding) ? "the baseline has {}" : "{} was to be expected";
  return fmt::format("{} on the canary where {}", change.substr(arrow + kArrow.size()),
                     fmt::format(fmt::runtime(expected), change.substr(0, arrow)));
}

/// `failed tasks: 2.9 1/s on the canary where 0.41 …: +610 % (95 % sure: …), since about 14:05:35
/// UTC.`
std::string compared_failure(const MetricOutcome& metric) {
  const judge::Finding& finding = metric.finding;
  const std::string level = levels(metric);
  std::string text = metric.spec.name + ": " + level + (level.empty() ? "" : ": ");
  text += effect_words(finding.effect, metric.spec.unit);
  const std::string range = range_words(finding.effect, metric.spec.unit);
  if (!range.empty()) {
    text += fmt::format(" ({} % sure: {})", judge::interval_percent(finding), range);
  }
  if (finding.late_since) text += ", in the last quarter of the window";
  if (finding.since) text += fmt::format(", since about {}", format_time_of_day(*finding.since));
  return text + ".";
}

/// Everything that is not said in figures or elsewhere already.
std::string reason_texts(const MetricOutcome& metric, bool without_comparison) {
  std::string text;
  for (const Reason& reason : metric.finding.reasons) {
    if (without_comparison && reason.code == "regression") continue;
    if (reason.code == "window_incomplete") continue;
    text += (text.empty() ? "" : " ") + sentence(reason.text);
  }
  return text;
}

std::string failed_metric(const MetricOutcome& metric) {
  const Failure failure = failure_of(metric.finding);
  std::string text;
  const auto add = [&](const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : " ") + more;
  };
  const bool figures = failure == Failure::compared && metric.finding.effect.estimate.has_value();
  if (figures) add(compared_failure(metric));
  const std::string reasons = reason_texts(metric, figures);
  add(figures || reasons.empty() ? reasons : named(metric.spec.name, reasons));
  if (failure != Failure::silent && failure != Failure::missing) add(by_host(metric));
  return text;
}

/// Reasons of the gate that no metric's paragraph tells.
void add_gate_reasons(const Outcome& outcome, std::vector<Block>& blocks) {
  Items causes;
  for (const Reason& reason : outcome.reasons) {
    if (!reason.metric && reason.code != "interrupted") {
      causes.texts.push_back(sentence(reason.text));
    }
  }
  if (!causes.texts.empty()) blocks.push_back(std::move(causes));
}

void add_failed(const Report& report, std::vector<Block>& blocks) {
  const Outcome& outcome = report.outcome;
  blocks.push_back(Paragraph{introduction(report)});
  add_gate_reasons(outcome, blocks);
  Items failures;
  for (const MetricOutcome* metric : decisive_metrics(outcome)) {
    failures.texts.push_back(failed_metric(*metric));
  }
  if (!failures.texts.empty()) blocks.push_back(std::move(failures));
  const WindowOutcome& window = outcome.window;
  if (window.looks_done > 0 && window.looks_done < window.looks) {
    blocks.push_back(Paragraph{fmt::format(
        "That was clear at look {} of {}, so the gate did not wait for the rest of the window.",
        window.looks_done, window.looks)});
  }
}

/// What failed without failing the gate.
void add_let_through(const Outcome& outcome, std::vector<Block>& blocks) {
  const std::vector<const MetricOutcome*> failed = let_through(outcome);
  if (failed.empty() || !outcome.score) return;
  const std::string metrics = count_of(failed.size(), "metric");
  const double value = outcome.score->value;
  const double needed = outcome.score_rule->pass;
  blocks.push_back(Paragraph{
      window_incomplete(outcome.reasons)
          ? fmt::format("{} failed so far. The check's `score` decides at the window's end: the "
                        "canary scores {:.4g} of 100 now, and needs {:.4g} then.",
                        metrics, value, needed)
          : fmt::format("{} failed and {} let through by the check's `score`: the canary scores "
                        "{:.4g} of 100, and {:.4g} is enough.",
                        metrics, failed.size() == 1 ? "was" : "were", value, needed)});
  Items failures;
  for (const MetricOutcome* metric : failed) failures.texts.push_back(failed_metric(*metric));
  blocks.push_back(std::move(failures));
}

void add_unknown(const Outcome& outcome, std::vector<Block>& blocks) {
  blocks.push_back(Paragraph{
      let_through(outcome).empty()
          ? "Nothing is known to be wrong with the canary, but nothing shows that it is well "
            "either, so canarygate cannot vouch for it."
          : "Not all of the canary could be judged, so canarygate cannot vouch for it."});
  if (looked(outcome)) blocks.push_back(Paragraph{compared_sentence(outcome)});
  if (outcome.interrupted_by == 0 && window_incomplete(outcome.reasons)) {
    blocks.push_back(Paragraph{fmt::format(
        "The window is not over: it ends at {}, and {} of {} looks could be taken so far.",
        format_time_of_day(outcome.window.end), outcome.window.looks_done, outcome.window.looks)});
  }
  add_gate_reasons(outcome, blocks);
  add_let_through(outcome, blocks);
  Items unknown;
  for (const MetricOutcome* metric : decisive_metrics(outcome)) {
    const std::string reasons = reason_texts(*metric, false);
    if (!reasons.empty()) unknown.texts.push_back(named(metric->spec.name, reasons));
  }
  if (!unknown.texts.empty()) blocks.push_back(std::move(unknown));
}

void add_trouble(const Outcome& outcome, std::vector<Block>& blocks) {
  blocks.push_back(
      Paragraph{"The canary was not judged: this says nothing about it, good or bad."});
  Items causes;
  for (const Reason& reason : outcome.reasons) causes.texts.push_back(sentence(reason.text));
  if (!causes.texts.empty()) blocks.push_back(std::move(causes));
}

void add_passed(const Outcome& outcome, std::vector<Block>& blocks) {
  std::vector<std::string> caught;
  for (const MetricOutcome& metric : outcome.metrics) {
    if (!metric.finding.sensitivity) continue;
    judge::Effect smallest = metric.finding.effect;
    smallest.estimate = metric.spec.worse == Worse::lower ? -*metric.finding.sensitivity
                                                          : *metric.finding.sensitivity;
    caught.push_back(
        fmt::format("{} {}", metric.spec.name, effect_words(smallest, metric.spec.unit)));
  }
  blocks.push_back(Paragraph{compared_sentence(outcome)});
  add_let_through(outcome, blocks);
  if (!caught.empty()) {
    blocks.push_back(Paragraph{
        "The smallest changes it would have caught 8 times in 10: " + join(caught, ", ") + "."});
  }
}

std::string signal_words(int signal) {
  if (signal == SIGINT) return "An interrupt from the keyboard or the CI system (SIGINT)";
  if (signal == SIGTERM) return "A request to terminate (SIGTERM)";
  return fmt::format("Signal {}", signal);
}

}  // namespace

void add_what_happened(const Report& report, std::vector<Block>& blocks) {
  const Outcome& outcome = report.outcome;
  if (outcome.interrupted_by != 0) {
    blocks.push_back(Paragraph{fmt::format("{} ended the run after {} of {} looks.",
                                           signal_words(outcome.interrupted_by),
                                           outcome.window.looks_done, outcome.window.looks)});
  }
  switch (outcome.verdict) {
    case Verdict::pass:
      return add_passed(outcome, blocks);
    case Verdict::fail:
      return add_failed(report, blocks);
    case Verdict::no_data:
    case Verdict::undecided:
      return add_unknown(outcome, blocks);
    case Verdict::trouble:
      return add_trouble(outcome, blocks);
  }
}

}  // namespace canarygate::explanation
