#include "pipelines/history/record.h"

#include <doctest/doctest.h>

#include "checks/duration.h"
#include "tests/support/reports.h"

namespace canarygate::test {

namespace {

using std::chrono::minutes;

const TimePoint kDeployed = parse_time("2026-11-20T14:00:00Z").value();

Report report_of(Verdict verdict) {
  Report report;
  report.outcome.verdict = verdict;
  report.outcome.deployed_at = kDeployed;
  report.outcome.started_at = kDeployed;
  report.outcome.window.end = kDeployed + minutes(6);
  report.outcome.finished_at = kDeployed + minutes(3);
  return report;
}

history::Record record_of(const Report& report) {
  return history::record_of(report, 0, "", minutes(2));
}

}  // namespace

TEST_CASE("a deploy is no normal time until its window ends, a bad one as long again") {
  const auto good = record_of(report_of(Verdict::pass));
  CHECK(good.event_from == kDeployed);
  CHECK(good.event_to == kDeployed + minutes(6));
  const auto bad = record_of(report_of(Verdict::fail));
  CHECK(bad.event_from == kDeployed);
  CHECK(bad.event_to == kDeployed + minutes(12));
}

TEST_CASE("a deploy command's own time is no normal time, what was watched before it is") {
  Report report = report_of(Verdict::pass);
  report.outcome.deploy_ran = true;
  report.outcome.started_at = kDeployed - minutes(5);
  CHECK(record_of(report).event_from == kDeployed - minutes(3));
}

TEST_CASE("a deploy command that failed may have changed something, one that was not run has not") {
  Report report = report_of(Verdict::trouble);
  report.outcome.deployed = false;
  report.outcome.deployed_at = {};
  report.outcome.window = {};
  CHECK_FALSE(record_of(report).event_from);
  CHECK_FALSE(record_of(report).deployed_at);
  report.outcome.deploy_ran = true;
  CHECK(record_of(report).event_from == kDeployed + minutes(2));
  CHECK(record_of(report).event_to == kDeployed + minutes(3));
  CHECK_FALSE(record_of(report).deployed_at);
}

TEST_CASE("what came from outside is printable in a record") {
  const auto record = record_of(hostile_report(kMarkup));
  CHECK(record.override_reason.value_or("").find('\x1b') == std::string::npos);
  CHECK(record.reason.find('\n') == std::string::npos);
}

}  // namespace canarygate::test
