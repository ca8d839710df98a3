#include "pipelines/explanation/test_cases.h"

#include <algorithm>

#include "pipelines/explanation/parts.h"

namespace canarygate::explanation {

namespace {

/// What an exit code other than 0 looks like on the test page.
Mark mark_of_exit(int code) { return code == 1 ? Mark::failure : Mark::error; }

const char* let_through_words(Release release) {
  switch (release) {
    case Release::by_policy:
      return "let through by policy, not passed: ";
    case Release::soft:
      return "soft mode, not stopped: ";
    case Release::overridden:
      return "overridden, not stopped: ";
    case Release::passed:
    case Release::stopped:
      break;
  }
  return "";
}

std::string first_reason(const std::vector<Reason>& reasons, const std::string& otherwise) {
  return reasons.empty() ? otherwise : reasons.front().text;
}

Mark mark_of_policy(Policy policy) {
  switch (policy) {
    case Policy::pass:
      return Mark::skipped;
    case Policy::error:
      return Mark::error;
    case Policy::fail:
      break;
  }
  return Mark::failure;
}

/// What a metric that neither passed nor failed looks like in a gate that was stopped.
Mark mark_of_unknown(const Outcome& outcome, const judge::Finding& finding) {
  if (finding.verdict == Verdict::trouble) return Mark::error;
  if (window_incomplete(finding.reasons)) return Mark::failure;
  return mark_of_policy(finding.verdict == Verdict::no_data ? outcome.on_no_data
                                                            : outcome.on_undecided);
}

/// Did the gate end before this metric was judged, and for another reason?
bool left_unfinished(const Outcome& outcome, const judge::Finding& finding) {
  if (finding.verdict == Verdict::trouble) return false;
  return outcome.interrupted_by != 0 || outcome.verdict == Verdict::fail ||
         outcome.verdict == Verdict::trouble;
}

TestCase metric_case(const Report& report, const MetricOutcome& metric) {
  const Outcome& outcome = report.outcome;
  const judge::Finding& finding = metric.finding;
  const std::string& name = metric.spec.name;
  const std::string why = first_reason(finding.reasons, to_string(finding.verdict));
  const auto skipped = [&](const std::string& message) {
    return TestCase{name, Mark::skipped, finding.verdict, message};
  };

  if (finding.verdict == Verdict::pass) return {name, Mark::passed, Verdict::pass, ""};
  const bool failed = finding.verdict == Verdict::fail;
  if (!failed && metric.spec.optional) return skipped("optional, does not count: " + why);
  if (!failed && left_unfinished(outcome, finding)) {
    return skipped(window_incomplete(finding.reasons) ? "the gate ended before this was decided"
                                                      : "not decided: " + why);
  }
  if (failed && outcome.verdict != Verdict::fail) {
    return skipped((window_incomplete(outcome.reasons)
                        ? "failed so far, and the score decides at the window's end: "
                        : "failed, but the score let it through: ") +
                   why);
  }
  const Release release = release_of(report);
  if (release != Release::stopped) return skipped(let_through_words(release) + why);
  const Mark mark = failed ? Mark::failure : mark_of_unknown(outcome, finding);
  if (mark == Mark::skipped) return skipped(let_through_words(Release::by_policy) + why);
  return {name, mark, finding.verdict, why};
}

TestCase gate_case(const Report& report) {
  const Release release = release_of(report);
  const std::string why = first_reason(report.outcome.reasons, to_string(report.outcome.verdict));
  switch (release) {
    case Release::passed:
      return {"(the gate)", Mark::passed, report.outcome.verdict, ""};
    case Release::stopped:
      return {"(the gate)", mark_of_exit(report.exit_code), report.outcome.verdict, why};
    case Release::by_policy:
    case Release::soft:
    case Release::overridden:
      break;
  }
  return {"(the gate)", Mark::skipped, report.outcome.verdict, let_through_words(release) + why};
}

}  // namespace

std::vector<TestCase> test_cases(const Report& report) {
  std::vector<TestCase> cases;
  for (const MetricOutcome& metric : report.outcome.metrics) {
    cases.push_back(metric_case(report, metric));
  }
  const bool gate_reason = std::ranges::any_of(
      report.outcome.reasons, [](const Reason& reason) { return !reason.metric.has_value(); });
  // The page must show at least one case in the colour of the exit code.
  const Mark wanted = gate_case(report).mark;
  const bool shown =
      std::ranges::any_of(cases, [&](const TestCase& c) { return c.mark == wanted; });
  if (gate_reason || !shown) cases.push_back(gate_case(report));
  return cases;
}

}  // namespace canarygate::explanation
