/// JUnit XML for the CI system's test page: a testsuite for the check, a testcase for each metric,
/// and one for the gate itself where a reason belongs to no metric. Only elements and attributes
/// that Jenkins's own schema of the format allows.
#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/reporters/reporter.h"
#include "pipelines/reporters/reporters.h"
#include "pipelines/reporters/xml.h"

namespace canarygate {

namespace {

using namespace explanation;

enum class Mark { passed, skipped, failure, error };

struct TestCase {
  std::string name;
  Mark mark = Mark::passed;
  std::string type;     ///< a verdict, for failure and error
  std::string message;  ///< one line
};

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

/// Does this metric's finding make the gate's verdict what it is?
bool decisive(const Report& report, const MetricOutcome& metric) {
  return metric.finding.verdict == report.outcome.verdict &&
         (metric.finding.verdict == Verdict::fail || !metric.spec.optional);
}

TestCase metric_case(const Report& report, const MetricOutcome& metric) {
  const Verdict verdict = metric.finding.verdict;
  const std::string why = first_reason(metric.finding.reasons, to_string(verdict));
  if (verdict == Verdict::pass) return {metric.spec.name, Mark::passed, "", ""};
  if (!decisive(report, metric)) {
    const char* prefix = metric.spec.optional ? "optional, does not count: " : "not decided: ";
    return {metric.spec.name, Mark::skipped, "", prefix + why};
  }
  const Release release = release_of(report);
  if (release == Release::stopped) {
    const Mark mark =
        verdict == Verdict::fail ? Mark::failure : mark_of_exit(report.exit_code);
    return {metric.spec.name, mark, to_string(verdict), why};
  }
  return {metric.spec.name, Mark::skipped, "", let_through_words(release) + why};
}

TestCase gate_case(const Report& report) {
  const Release release = release_of(report);
  const std::string why = first_reason(report.outcome.reasons, to_string(report.outcome.verdict));
  switch (release) {
    case Release::passed:
      return {"gate", Mark::passed, "", ""};
    case Release::stopped:
      return {"gate", mark_of_exit(report.exit_code), to_string(report.outcome.verdict), why};
    case Release::by_policy:
    case Release::soft:
    case Release::overridden:
      break;
  }
  return {"gate", Mark::skipped, "", let_through_words(release) + why};
}

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

std::string property(const char* name, const std::string& value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name,
                     xml_escape(printable(value)));
}

std::string properties(const Report& report) {
  const Outcome& outcome = report.outcome;
  std::string xml = "    <properties>\n";
  xml += property("canarygate.version", report.program_version);
  xml += property("run_id", report.run_id);
  xml += property("verdict", to_string(outcome.verdict));
  xml += property("exit_code", std::to_string(report.exit_code));
  xml += property("evidence", outcome.evidence ? judge::to_string(*outcome.evidence) : "none");
  if (!outcome.environment.empty()) xml += property("environment", outcome.environment);
  if (outcome.deployed_at != TimePoint{}) {
    xml += property("deployed_at", format_time(outcome.deployed_at));
  }
  if (outcome.window.start != TimePoint{}) {
    xml += property("window", fmt::format("{}/{}", format_time(outcome.window.start),
                                          format_time(outcome.window.end)));
  }
  if (report.override_reason) {
    xml += property("override", *report.override_reason);
    xml += property("override_user", report.override_user);
  }
  return xml + "    </properties>\n";
}

std::string test_case(const TestCase& test, const std::string& suite,
                      const std::string& explanation) {
  const std::string head =
      fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"0\"",
                  xml_escape(printable(test.name)), xml_escape(printable(suite)));
  const std::string message = xml_escape(printable(test.message));
  switch (test.mark) {
    case Mark::passed:
      return head + "/>\n";
    case Mark::skipped:
      return fmt::format("{}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", head, message);
    case Mark::failure:
    case Mark::error:
      break;
  }
  const char* element = test.mark == Mark::failure ? "failure" : "error";
  return fmt::format("{}>\n      <{} type=\"{}\" message=\"{}\">{}</{}>\n    </testcase>\n", head,
                     element, test.type, message, explanation, element);
}

std::string seconds(Duration length) {
  return fmt::format("{:.3f}", static_cast<double>(std::max(length, Duration(0)).count()) / 1000.0);
}

}  // namespace

std::string render_junit(const Report& report) {
  const Outcome& outcome = report.outcome;
  const std::vector<TestCase> cases = test_cases(report);
  const auto count = [&](Mark mark) {
    return std::ranges::count_if(cases, [&](const TestCase& c) { return c.mark == mark; });
  };
  const std::string suite = "canarygate." + (outcome.check.empty() ? "gate" : outcome.check);
  const std::string explanation = xml_escape(explain_text(report, TextStyle{}));
  const std::string time = seconds(outcome.timings.total);

  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format(
      "<testsuites name=\"canarygate\" tests=\"{0}\" failures=\"{1}\" errors=\"{2}\" "
      "time=\"{3}\">\n  <testsuite name=\"{4}\" tests=\"{0}\" failures=\"{1}\" errors=\"{2}\" "
      "skipped=\"{5}\" time=\"{3}\"",
      cases.size(), count(Mark::failure), count(Mark::error), time,
      xml_escape(printable(suite)), count(Mark::skipped));
  if (outcome.started_at != TimePoint{}) {
    xml += fmt::format(" timestamp=\"{}\"", format_time(outcome.started_at));
  }
  xml += ">\n" + properties(report);
  for (const TestCase& test : cases) xml += test_case(test, suite, explanation);
  xml += fmt::format("    <system-out>{}</system-out>\n", explanation);
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace canarygate
