/// JUnit XML for the CI system's test page: a testsuite for the check, a testcase for each metric,
/// and one for the gate itself where a reason belongs to no metric. Only elements and attributes
/// that Jenkins's own schema of the format allows.
#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/explanation/test_cases.h"
#include "pipelines/reporters/reporter.h"
#include "pipelines/reporters/reporters.h"
#include "pipelines/reporters/xml.h"

namespace canarygate {

namespace {

using namespace explanation;

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
                     element, to_string(test.verdict), message, explanation, element);
}

std::string seconds(Duration length) {
  return fmt::format("{:.3f}", static_cast<double>(std::max(length, Duration(0)).count()) / 1000.0);
}

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
};

Counts count(const std::vector<TestCase>& cases) {
  Counts counts;
  for (const TestCase& test : cases) {
    ++counts.tests;
    if (test.mark == Mark::failure) ++counts.failures;
    if (test.mark == Mark::error) ++counts.errors;
    if (test.mark == Mark::skipped) ++counts.skipped;
  }
  return counts;
}

std::string test_suite(const Report& report, const std::vector<TestCase>& cases) {
  const Outcome& outcome = report.outcome;
  const std::string name = "canarygate." + (outcome.check.empty() ? "gate" : outcome.check);
  const std::string explanation = xml_escape(explain_text(report, TextStyle{}));
  const Counts counts = count(cases);
  std::string xml = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"{}\"",
      xml_escape(printable(name)), counts.tests, counts.failures, counts.errors, counts.skipped,
      seconds(outcome.timings.total));
  if (outcome.started_at != TimePoint{}) {
    xml += fmt::format(" timestamp=\"{}\"", format_time(outcome.started_at));
  }
  xml += ">\n" + properties(report);
  for (const TestCase& test : cases) xml += test_case(test, name, explanation);
  // A red case has the explanation already, and its page shows the suite's output below it.
  if (counts.failures + counts.errors == 0) {
    xml += fmt::format("    <system-out>{}</system-out>\n", explanation);
  }
  return xml + "  </testsuite>\n";
}

}  // namespace

std::string render_junit(const Report& report) { return render_all_junit({&report, 1}); }

std::string render_all_junit(std::span<const Report> reports) {
  std::string suites;
  Counts all;
  Duration time{0};
  for (const Report& report : reports) {
    const std::vector<TestCase> cases = test_cases(report);
    const Counts counts = count(cases);
    all.tests += counts.tests;
    all.failures += counts.failures;
    all.errors += counts.errors;
    // The checks of a run run at the same time.
    time = std::max(time, report.outcome.timings.total);
    suites += test_suite(report, cases);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"canarygate\" tests=\"{}\" "
      "failures=\"{}\" errors=\"{}\" time=\"{}\">\n{}</testsuites>\n",
      all.tests, all.failures, all.errors, seconds(time), suites);
}

}  // namespace canarygate
