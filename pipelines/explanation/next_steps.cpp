#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "pipelines/explanation/parts.h"

namespace canarygate::explanation {

namespace {

constexpr std::size_t kMostLinks = 8;
constexpr std::size_t kMostQueries = 3;

bool has_code(const Outcome& outcome, std::string_view code) {
  return std::ranges::find(outcome.reasons, code, &Reason::code) != outcome.reasons.end();
}

/// A canary host that is silent now and was never seen before may only be called otherwise.
bool silent_may_be_misnamed(const Outcome& outcome) {
  if (std::ranges::find(outcome.warnings, "unmatched_host", &Reason::code) ==
      outcome.warnings.end()) {
    return false;
  }
  return std::ranges::any_of(outcome.reasons, [&](const Reason& reason) {
    return reason.code == "canary_silent" && reason.host &&
           std::ranges::find(outcome.hosts.missing, *reason.host) != outcome.hosts.missing.end();
  });
}

template <typename Predicate>
bool any_decisive(const Outcome& outcome, Predicate predicate) {
  const std::vector<const MetricOutcome*> metrics = decisive_metrics(outcome);
  return std::ranges::any_of(
      metrics, [&](const MetricOutcome* metric) { return predicate(metric->finding); });
}

std::string advice_on_undecided(const Outcome& outcome) {
  if (window_incomplete(outcome.reasons)) {
    return "Run it again and let it see the whole window: no policy lets half a window through.";
  }
  std::vector<std::string> ways;
  const bool low_traffic = has_code(outcome, "low_traffic");
  const bool looks_back = any_decisive(outcome, [](const judge::Finding& finding) {
    return finding.method == JudgeMethod::placebo;
  });
  const bool detects = looks_back || any_decisive(outcome, [](const judge::Finding& finding) {
                         return finding.sensitivity.has_value();
                       });
  ways.emplace_back("give the canary more traffic or more hosts");
  ways.emplace_back(low_traffic || !looks_back ? "lengthen `window.duration`"
                                               : "lengthen `window.duration` or `judge.history`");
  if (low_traffic) ways.emplace_back("lower the minimum that the check asks for");
  if (detects && (!low_traffic || has_code(outcome, "insensitive"))) {
    ways.emplace_back("raise `judge.detect` if larger changes are all that matters");
  }
  std::string text = "For a decision next time, ";
  for (std::size_t i = 0; i < ways.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == ways.size() ? ", or " : ", ") + ways[i];
  }
  return text + ".";
}

std::string advice_on_missing(const Outcome& outcome, const char* way_out) {
  return fmt::format(
      "See whether the queries below return anything for these hosts; `canarygate hosts {}` shows "
      "which host is found in which series. {}",
      outcome.check, way_out);
}

bool failed_for_missing(const Outcome& outcome) {
  return outcome.verdict == Verdict::fail && failure_of(outcome) == Failure::missing;
}

}  // namespace

std::string advice(const Report& report) {
  const Outcome& outcome = report.outcome;
  if (!outcome.deployed && outcome.deploy_ran) {
    return "See what the deploy command has done so far: canarygate rolls nothing back. Then run "
           "it "
           "again.";
  }
  if (!outcome.deployed) {
    return "The deploy command was not run, so nothing has changed. Mend what is named above, then "
           "run it again.";
  }
  if (outcome.interrupted_by != 0 && outcome.verdict != Verdict::fail) {
    if (outcome.watched) return "What was seen is gone: deploy again, or look at the canary now.";
    return "Run it again: with --deployed-at of this deploy, a window that has passed meanwhile is "
           "judged at once.";
  }
  switch (outcome.verdict) {
    case Verdict::pass:
      return "";
    case Verdict::fail:
      if (release_of(report) != Release::stopped) {
        return "The deploy goes on to the other hosts: watch there what got worse here, and be "
               "ready to roll back.";
      }
      if (failed_for_missing(outcome)) {
        return advice_on_missing(
            outcome, "That it stops the deploy is what the check's `must_have_data` says.");
      }
      return std::string(
                 "canarygate only reports: the canary still runs the new version until you "
                 "or the pipeline roll it back.") +
             (silent_may_be_misnamed(outcome)
                  ? fmt::format(" If the silent host is well, the metrics call it by another name: "
                                "`canarygate hosts {}` shows which host is found in which series.",
                                outcome.check)
                  : "");
    case Verdict::no_data:
      return advice_on_missing(outcome,
                               "A metric that may be empty can be marked `optional: true`.");
    case Verdict::undecided:
      return advice_on_undecided(outcome);
    case Verdict::trouble:
      break;
  }
  return "Mend what is named above, then run it again.";
}

namespace {

void add_links(const Outcome& outcome, Facts& facts) {
  std::set<std::string> seen;
  for (const MetricOutcome* metric : decisive_metrics(outcome)) {
    for (const auto& [name, url] : metric->links) {
      if (seen.size() == kMostLinks || !seen.insert(url).second) continue;
      facts.facts.push_back({name, url, true});
    }
  }
}

void add_queries(const Outcome& outcome, Facts& facts) {
  std::size_t shown = 0;
  for (const MetricOutcome* metric : decisive_metrics(outcome)) {
    for (const SentQuery& sent : metric->queries) {
      if (shown++ == kMostQueries) return;
      facts.facts.push_back({"query", sent.query, true});
    }
  }
}

}  // namespace

void add_next_steps(const Report& report, std::vector<Block>& blocks) {
  const Outcome& outcome = report.outcome;
  if (outcome.verdict == Verdict::pass && release_of(report) == Release::passed) return;
  blocks.push_back(Heading{"What to do now"});
  const std::string words = advice(report);
  if (!words.empty()) blocks.push_back(Paragraph{words});

  Facts facts;
  if (!outcome.description.empty()) {
    facts.facts.push_back({"about", outcome.description});
  }
  if (outcome.interrupted_by == 0) add_links(outcome, facts);
  if (outcome.verdict == Verdict::no_data || failed_for_missing(outcome)) {
    add_queries(outcome, facts);
  }
  if (!outcome.runbook.empty()) facts.facts.push_back({"runbook", outcome.runbook, true});
  if (!outcome.owner.empty()) facts.facts.push_back({"owner", outcome.owner});
  if (!report.command_line.empty()) {
    const bool gone = outcome.watched && outcome.deployed;
    facts.facts.push_back({gone ? "look again now" : "run it again", report.command_line, true});
    const bool can_override = report.exit_code == 1 || report.exit_code == 2;
    if (can_override && exit_code(outcome, false, true) == 0) {
      facts.facts.push_back(
          gone ? Facts::Fact{"override", "--override 'WHY', added to the pipeline's own command"}
               : Facts::Fact{"override", report.command_line + " --override 'WHY'", true});
    }
  }
  if (!facts.facts.empty()) blocks.push_back(facts);
}

}  // namespace canarygate::explanation
