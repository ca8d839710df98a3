#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/numbers.h"

namespace canarygate::explanation {

namespace {

constexpr std::size_t kMostHosts = 5;

std::string hosts_compared(const Outcome& outcome) {
  const std::string canary = count_of(outcome.hosts.canary.size(), "canary host");
  if (outcome.hosts.baseline.empty()) return canary + " with the time before the deploy";
  return fmt::format("{} with the {} of the baseline", canary,
                     count_of(outcome.hosts.baseline.size(), "host"));
}

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

bool looked(const Outcome& outcome) {
  return !outcome.hosts.canary.empty() && outcome.window.looks_done > 0;
}

std::string compared_sentence(const Outcome& outcome) {
  return fmt::format("canarygate compared {}, {}", hosts_compared(outcome), period(outcome));
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

std::string compared_failure(const Outcome& outcome, const MetricOutcome& metric) {
  const judge::Finding& finding = metric.finding;
  const std::string& unit = metric.spec.unit;
  std::string text = metric.spec.name + ": ";
  if (finding.baseline.mean && finding.canary.mean) {
    const std::string change = format_change(*finding.baseline.mean, *finding.canary.mean, unit);
    const std::size_t arrow = change.find(" → ");
    text += fmt::format("{} {}, {} on the canary", change.substr(0, arrow),
                        baseline_words(outcome), change.substr(arrow + 5));
  }
  if (finding.effect.estimate) {
    text += fmt::format(", a change of {}", effect_words(finding.effect, unit));
    const std::string range = range_words(finding.effect, unit);
    if (!range.empty()) text += fmt::format(" (very likely {})", range);
  }
  if (finding.since) text += fmt::format(", since about {}", format_time_of_day(*finding.since));
  return text + ".";
}

/// Everything that is not said in figures already.
std::string reason_texts(const MetricOutcome& metric, bool without_comparison) {
  std::string text;
  for (const Reason& reason : metric.finding.reasons) {
    if (without_comparison && reason.code == "regression") continue;
    text += (text.empty() ? "" : " ") + reason.text;
  }
  return text;
}

void add_failed_metric(const Outcome& outcome, const MetricOutcome& metric,
                       std::vector<Block>& blocks) {
  const bool compared = failure_of(metric.finding) == Failure::compared;
  std::string text;
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) text += (text.empty() ? "" : " ") + sentence;
  };
  if (compared && metric.finding.effect.estimate) add(compared_failure(outcome, metric));
  const std::string reasons = reason_texts(metric, !text.empty());
  add(text.empty() && !reasons.empty() ? metric.spec.name + ": " + reasons : reasons);
  if (failure_of(metric.finding) != Failure::silent) add(by_host(metric));
  blocks.push_back(Paragraph{text});
}

/// Reasons of the gate that no metric's paragraph tells.
void add_gate_reasons(const Outcome& outcome, std::vector<Block>& blocks) {
  for (const Reason& reason : outcome.reasons) {
    if (!reason.metric) blocks.push_back(Paragraph{reason.text});
  }
}

void add_failed(const Outcome& outcome, std::vector<Block>& blocks) {
  const auto failed = decisive_metrics(outcome);
  std::string text = "Neither the tests nor the pipeline broke. " + compared_sentence(outcome);
  if (!failed.empty()) {
    text += fmt::format(", and {} of {} got worse", failed.size(),
                        count_of(outcome.metrics.size(), "metric"));
    if (failure_of(outcome) != Failure::compared) {
      text = "Neither the tests nor the pipeline broke. " + compared_sentence(outcome);
    }
  }
  blocks.push_back(Paragraph{text + "."});
  add_gate_reasons(outcome, blocks);
  for (const MetricOutcome* metric : failed) add_failed_metric(outcome, *metric, blocks);
  const WindowOutcome& window = outcome.window;
  if (window.looks_done < window.looks) {
    blocks.push_back(Paragraph{fmt::format(
        "That was clear at look {} of {}, so the gate did not wait for the rest of the window.",
        window.looks_done, window.looks)});
  }
}

void add_unknown(const Outcome& outcome, std::vector<Block>& blocks) {
  std::string text =
      "Nothing is known to be wrong with the canary, but nothing shows that it is well either, so "
      "canarygate cannot vouch for it.";
  if (looked(outcome)) {
    std::string compared = compared_sentence(outcome);
    compared.front() = 'c';
    text += " Here, " + compared + ".";
  }
  blocks.push_back(Paragraph{text});
  add_gate_reasons(outcome, blocks);
  for (const MetricOutcome* metric : decisive_metrics(outcome)) {
    const std::string reasons = reason_texts(*metric, false);
    if (!reasons.empty()) blocks.push_back(Paragraph{metric->spec.name + ": " + reasons});
  }
}

void add_trouble(const Outcome& outcome, std::vector<Block>& blocks) {
  blocks.push_back(Paragraph{
      "This says nothing about the canary, good or bad: canarygate could not ask what it needs to "
      "know."});
  for (const Reason& reason : outcome.reasons) blocks.push_back(Paragraph{reason.text});
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
  blocks.push_back(Paragraph{compared_sentence(outcome) + "."});
  if (!caught.empty()) {
    blocks.push_back(Paragraph{"The smallest changes it would have caught 8 times in 10: " +
                               join(caught, ", ") + "."});
  }
}

}  // namespace

void add_what_happened(const Report& report, std::vector<Block>& blocks) {
  const Outcome& outcome = report.outcome;
  if (outcome.interrupted_by != 0) {
    blocks.push_back(Paragraph{fmt::format(
        "Signal {} ended the run after {} of {} looks. What was seen until then follows.",
        outcome.interrupted_by, outcome.window.looks_done, outcome.window.looks)});
  }
  switch (outcome.verdict) {
    case Verdict::pass:
      return add_passed(outcome, blocks);
    case Verdict::fail:
      return add_failed(outcome, blocks);
    case Verdict::no_data:
    case Verdict::undecided:
      return add_unknown(outcome, blocks);
    case Verdict::trouble:
      return add_trouble(outcome, blocks);
  }
}

}  // namespace canarygate::explanation
