#include "checks/judge/judge.h"

#include <algorithm>

#include "checks/judge/trial.h"

namespace canarygate::judge {

namespace {

std::vector<Quality> assess_all(const JudgeInput& input, const Trial& trial, std::size_t look) {
  std::vector<Quality> qualities;
  const std::vector<std::int64_t>& looks = input.timeline.looks;
  for (const Subject& subject : trial.subjects()) {
    const bool no_baseline = input.before_after;
    qualities.push_back(
        assess({trial.fleet(), input.timeline, subject.points, subject.spec->name, looks[look],
                look + 1 == looks.size(), subject.settings.min_coverage, no_baseline}));
  }
  return qualities;
}

/// Nothing of the window is there yet.
Judgement nothing_yet(const JudgeInput& input) {
  Judgement judgement;
  for (const MetricData& metric : input.metrics) {
    Finding finding;
    finding.metric = metric.spec.name;
    finding.method = (metric.spec.judge ? *metric.spec.judge : input.settings).method;
    finding.reasons.push_back({"window_incomplete", metric.spec.name, std::nullopt,
                               "the first look at the window has not come yet"});
    judgement.findings.push_back(std::move(finding));
  }
  return judgement;
}

void settle_evidence(Judgement& judgement) {
  for (const Finding& finding : judgement.findings) {
    if (!finding.evidence) continue;
    judgement.evidence =
        judgement.evidence ? std::max(*judgement.evidence, *finding.evidence) : *finding.evidence;
  }
}

/// Does the gate fail with these findings?
bool gate_fails(const JudgeInput& input, const Trial& trial, bool last_look, Judgement& judgement) {
  if (!input.score) {
    return std::ranges::count(judgement.findings, Verdict::fail, &Finding::verdict) > 0;
  }
  std::vector<const MetricSpec*> specs;
  for (const Subject& subject : trial.subjects()) specs.push_back(subject.spec);
  judgement.score = score_findings(specs, judgement.findings, *input.score, last_look);
  return judgement.score && judgement.score->fails;
}

/// With `early_pass` a gate whose every metric is clearly harmless already need not wait.
bool all_harmless(const JudgeInput& input, const Trial& trial,
                  const std::vector<Quality>& qualities,
                  const std::vector<std::optional<Test>>& tests) {
  if (!input.settings.early_pass) return false;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    // So early a host may be late rather than dead: what was not seen is not harmless.
    if (qualities[i].canaries < input.canary.size()) return false;
    if (!tests[i] || !clearly_harmless(trial.subjects()[i], *tests[i])) return false;
  }
  return !tests.empty();
}

}  // namespace

Judgement judge(const JudgeInput& input) {
  const auto all_looks = static_cast<std::int64_t>(input.timeline.looks.size());
  const std::int64_t looks = std::min(input.looks_done, all_looks);
  if (looks < 1) return nothing_yet(input);
  Trial trial(input);
  Judgement judgement;
  std::vector<std::vector<Quality>> qualities;
  std::vector<std::optional<Test>> tests;
  for (std::int64_t look = 1; look <= looks && !judgement.stopped_at_look; ++look) {
    const auto at = static_cast<std::size_t>(look) - 1;
    qualities.push_back(assess_all(input, trial, at));
    tests = trial.run(at, qualities);
    judgement.findings.clear();
    for (std::size_t i = 0; i < tests.size(); ++i) {
      judgement.findings.push_back(conclude(
          {input, trial.fleet(), trial.subjects()[i], qualities[at][i], look, look == all_looks,
           input.settings.false_alarms, tests[i] ? &*tests[i] : nullptr}));
    }
    if (gate_fails(input, trial, look == all_looks, judgement)) judgement.stopped_at_look = look;
  }
  const bool unharmed =
      std::ranges::count(judgement.findings, Verdict::fail, &Finding::verdict) == 0;
  judgement.may_pass_early =
      unharmed && looks < all_looks && all_harmless(input, trial, qualities.back(), tests);
  if (judgement.may_pass_early) {
    for (Finding& finding : judgement.findings) {
      finding.verdict = Verdict::pass;
      finding.reasons.clear();
    }
  }
  settle_evidence(judgement);
  judgement.placebos = trial.placebos();
  judgement.history_windows = trial.history_windows();
  return judgement;
}

}  // namespace canarygate::judge
