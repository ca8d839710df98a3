#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "checks/judge/explain.h"
#include "checks/text.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/numbers.h"

namespace canarygate::explanation {

namespace {

std::string evidence_words(const Outcome& outcome) {
  switch (*outcome.evidence) {
    case judge::Evidence::strong:
      return "The evidence is strong: what is normal was measured on these hosts' own past";
    case judge::Evidence::moderate:
      return "The evidence is moderate: what is normal was measured, but on few hosts or little "
             "history";
    case judge::Evidence::weak:
      break;
  }
  return "The evidence is weak: there was too little history and there were too few hosts to "
         "measure what is normal, so a textbook formula stood in";
}

/// `Kayenta's judge`, or what else it is that `false_alarms` does not bind.
std::string assuming_judges(const Outcome& outcome) {
  std::vector<std::string> names;
  for (const MetricOutcome& metric : outcome.metrics) {
    if (!judge::compared_as_they_are(metric.finding)) continue;
    const std::string name =
        metric.finding.method == JudgeMethod::kayenta ? "Kayenta's judge" : "the Mann-Whitney test";
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return join(names, " and ");
}

/// How often a deploy is stopped that nothing is wrong with.
std::string rate_words(const Outcome& outcome) {
  if (false_alarms_hold(outcome)) {
    return fmt::format("When nothing is wrong this gate stops a deploy about {}.",
                       format_odds(outcome.judge.false_alarms));
  }
  return fmt::format(
      "How often this gate stops a deploy when nothing is wrong is not known: the check asks for "
      "{}, which {} not measure what is normal (`judge: placebo` does). The evidence is weak for "
      "that reason.",
      assuming_judges(outcome),
      assuming_judges(outcome).find(" and ") == std::string::npos ? "does" : "do");
}

std::string measured_words(const Outcome& outcome) {
  if (*outcome.evidence == judge::Evidence::weak || outcome.placebos == 0) return ".";
  std::string words =
      fmt::format(" ({} where nothing had been deployed",
                  count_of(static_cast<std::size_t>(outcome.placebos), "comparison"));
  if (outcome.history_windows > 0) {
    words += fmt::format(
        ", over {}", count_of(static_cast<std::size_t>(outcome.history_windows), "earlier window"));
  }
  return words + ").";
}

/// The smallest adjusted p-value among the metrics that failed by comparison.
std::optional<double> smallest_chance(const Outcome& outcome) {
  std::optional<double> smallest;
  if (outcome.verdict != Verdict::fail) return smallest;
  for (const MetricOutcome* metric : decisive_metrics(outcome)) {
    const judge::Finding& finding = metric->finding;
    if (failure_of(finding) != Failure::compared || !finding.adjusted_p_value) continue;
    if (judge::compared_as_they_are(finding)) continue;
    if (!smallest || *finding.adjusted_p_value < *smallest) smallest = finding.adjusted_p_value;
  }
  return smallest;
}

/// Of some metric what it expects of the canary is not just what the baseline shows.
bool expects_more_than_the_baseline(const Outcome& outcome) {
  return std::ranges::any_of(outcome.metrics, [](const MetricOutcome& metric) {
    return !judge::compared_as_they_are(metric.finding) && metric.finding.effect.estimate;
  });
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool has_warning(const Outcome& outcome, std::string_view code) {
  return std::ranges::find(outcome.warnings, code, &Reason::code) != outcome.warnings.end();
}

/// Each warning once, with the metrics that have it, in order of appearance.
std::vector<std::pair<std::string, std::vector<std::string>>> warnings_by_text(
    const Outcome& outcome) {
  std::vector<std::pair<std::string, std::vector<std::string>>> grouped;
  for (const Reason& warning : all_warnings(outcome)) {
    if (warning.code == "host_set_aside") continue;  // told below, all hosts in one sentence
    auto group =
        std::ranges::find_if(grouped, [&](const auto& g) { return g.first == warning.text; });
    if (group == grouped.end()) {
      grouped.push_back({warning.text, {}});
      group = grouped.end() - 1;
    }
    if (warning.metric) group->second.push_back(*warning.metric);
  }
  return grouped;
}

/// Hosts that were left out for the same reason, in one sentence. A host that no series belongs to
/// has been named already.
std::vector<std::string> left_out(const Outcome& outcome) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  for (const judge::SetAside& host : outcome.hosts.set_aside) {
    if (has_warning(outcome, "unmatched_host") && contains(outcome.hosts.missing, host.host)) {
      continue;
    }
    auto group =
        std::ranges::find_if(by_reason, [&](const auto& g) { return g.first == host.reason; });
    if (group == by_reason.end()) group = by_reason.insert(group, {host.reason, {}});
    if (!contains(group->second, host.host)) group->second.push_back(host.host);
  }
  std::vector<std::string> notes;
  for (const auto& [reason, hosts] : by_reason) {
    notes.push_back(sentence(fmt::format("{} {} left out: {}", list_of(hosts),
                                         hosts.size() == 1 ? "was" : "were", reason)));
  }
  return notes;
}

}  // namespace

void add_how_sure(const Report& report, std::vector<Block>& blocks) {
  const Outcome& outcome = report.outcome;
  if (outcome.verdict != Verdict::pass && outcome.verdict != Verdict::fail) return;
  std::string text;
  const Failure failure =
      outcome.verdict == Verdict::fail ? failure_of(outcome) : Failure::compared;
  if (failure == Failure::compared && !compares(outcome)) {
    text = "No statistics are involved: the check itself sets the limits.";
  } else if (failure == Failure::limit) {
    text = "No statistics are involved: the check itself sets that limit.";
  } else if (failure == Failure::missing) {
    text = "No statistics are involved: the check says that this metric must have data.";
  } else if (failure == Failure::silent) {
    text =
        "No statistics are involved: a canary that falls silent while the other hosts report "
        "always stops the deploy, because a crash looks like that.";
  } else {
    text = rate_words(outcome);
    if (const auto chance = smallest_chance(outcome); chance && *chance > 0.0) {
      text += fmt::format(" A difference as large as this one comes about by chance {} or less.",
                          format_odds(*chance));
    }
    if (outcome.evidence && false_alarms_hold(outcome))
      text += " " + evidence_words(outcome) + measured_words(outcome);
    if (!outcome.hosts.baseline.empty() && expects_more_than_the_baseline(outcome)) {
      text += " Expected is what the canary would show had it moved as the baseline did.";
    }
    if (!false_alarms_hold(outcome)) {
      text += fmt::format(
          " Under {} expected is the baseline's mean, and the change is how far a canary's point "
          "typically lies from a baseline's, not how far the means are apart.",
          assuming_judges(outcome));
    }
  }
  blocks.push_back(Paragraph{text});
}

void add_worth_knowing(const Report& report, std::vector<Block>& blocks) {
  constexpr std::size_t kMost = 10;
  const Outcome& outcome = report.outcome;
  std::vector<std::string> notes;
  for (const auto& [text, metrics] : warnings_by_text(outcome)) {
    const bool names_itself = metrics.empty() || text.find(metrics.front()) != std::string::npos;
    notes.push_back(sentence(names_itself ? text : list_of(metrics) + ": " + text));
  }
  for (std::string& note : left_out(outcome)) notes.push_back(std::move(note));
  if (notes.empty()) return;
  blocks.push_back(Heading{"Worth knowing"});
  const std::size_t more = notes.size() > kMost ? notes.size() - kMost : 0;
  if (more > 0) {
    notes.resize(kMost);
    notes.push_back(fmt::format("And {} more, in the JSON report.", more));
  }
  blocks.push_back(Items{std::move(notes)});
}

}  // namespace canarygate::explanation
