#include <doctest/doctest.h>

#include "pipelines/reporters/reporter.h"
#include "tests/support/reports.h"

namespace canarygate {

namespace {

std::string junit(const Report& report) { return find_reporter_type("junit")->render(report); }

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

bool contains(const std::string& text, std::string_view part) { return count(text, part) > 0; }

Report with_exit_codes(Report report) {
  report.hard_exit_code = hard_exit_code(report.outcome);
  report.exit_code =
      exit_code(report.outcome, report.soft_fail, report.override_reason.has_value());
  return report;
}

/// The test page agrees with the exit code: red if and only if it is not 0.
void check_colours(const Report& report) {
  const std::string xml = junit(report);
  CAPTURE(xml);
  const std::size_t failures = count(xml, "<failure");
  const std::size_t errors = count(xml, "<error");
  if (report.exit_code == 0) CHECK(failures + errors == 0);
  if (report.exit_code == 1) CHECK(failures > 0);
  if (report.exit_code > 1) CHECK(errors > 0);
  if (report.exit_code == 0 && report.hard_exit_code != 0) CHECK(contains(xml, "<skipped"));
  if (report.exit_code == 0 && report.outcome.verdict != Verdict::pass) {
    CHECK(contains(xml, "<skipped"));
  }
}

}  // namespace

TEST_CASE("a test page is red if and only if the exit code is not 0") {
  for (const auto& [name, scenario] : test::all_reports()) {
    for (const Policy policy : {Policy::fail, Policy::pass, Policy::error}) {
      for (const auto kind : {std::optional<ErrorKind>{}, std::optional{ErrorKind::output},
                              std::optional{ErrorKind::backend}}) {
        for (const bool soft : {false, true}) {
          Report report = scenario;
          report.outcome.on_no_data = policy;
          report.outcome.on_undecided = policy;
          report.outcome.trouble_kind = kind;
          report.soft_fail = soft;
          CAPTURE(name);
          CAPTURE(soft);
          check_colours(with_exit_codes(report));
          report.outcome.metrics.clear();
          check_colours(with_exit_codes(report));
        }
      }
    }
  }
}

TEST_CASE("a failing metric's test case carries the explanation that stdout has") {
  Report report = test::report_named("fail");
  report.outcome.metrics[0].spec.name = "tasks";
  const std::string xml = junit(report);
  CHECK(contains(xml,
                 "<testcase name=\"tasks\" classname=\"canarygate.web-bg-tasks\" time=\"0\">\n"
                 "      <failure type=\"fail\" message=\"the canary is worse than chance "
                 "explains: 0.41 against 2.9\">STOPPED: the canary is worse"));
  CHECK(contains(xml, "Neither the tests nor the pipeline broke."));
}

TEST_CASE("soft mode, an override and a policy turn red test cases into skipped ones that say so") {
  CHECK(contains(junit(test::report_named("soft_fail")),
                 "<skipped message=\"soft mode, not stopped: the canary is worse"));
  CHECK(contains(junit(test::report_named("override")),
                 "<skipped message=\"overridden, not stopped: the canary is worse"));
  CHECK(contains(junit(test::report_named("undecided_let_through")),
                 "<skipped message=\"let through by policy, not passed: the numbers are so noisy"));
}

TEST_CASE("an optional metric without data is skipped and does not make a page red") {
  Report report = test::report_named("no_data");
  report.outcome.verdict = Verdict::pass;
  report.outcome.reasons.clear();
  report.outcome.metrics[0].spec.optional = true;
  report = with_exit_codes(report);
  CHECK(report.exit_code == 0);
  CHECK(contains(junit(report), "<skipped message=\"optional, does not count: neither the canary"));
}

TEST_CASE("what a gate left unfinished is skipped, not red") {
  CHECK(
      contains(junit(test::report_named("fail")),
               "<testcase name=\"p99 latency\" classname=\"canarygate.web-bg-tasks\" time=\"0\">\n"
               "      <skipped message=\"the gate ended before this was decided\"/>"));
  CHECK(count(junit(test::report_named("interrupted")), "<error") == 1);
}

TEST_CASE("a policy that lets no data through leaves an undecided metric red") {
  Report report = test::report_named("no_data");
  report.outcome.on_no_data = Policy::pass;
  report.outcome.metrics[1].finding.verdict = Verdict::undecided;
  report.outcome.metrics[1].finding.reasons = {
      {"low_traffic", "p99 latency", std::nullopt, "12 requests, 200 are wanted"}};
  report = with_exit_codes(report);
  const std::string xml = junit(report);
  CHECK(report.exit_code == 1);
  CHECK(contains(xml, "<skipped message=\"let through by policy, not passed: neither the canary"));
  CHECK(contains(xml, "<failure type=\"undecided\" message=\"12 requests, 200 are wanted\">"));
}

TEST_CASE("trouble without any metric is an error of the gate itself") {
  const std::string xml = junit(test::report_named("trouble"));
  CHECK(contains(xml, "<testcase name=\"(the gate)\""));
  CHECK(contains(xml, "<error type=\"trouble\" message=\"backend default: prom-a"));
}

}  // namespace canarygate
