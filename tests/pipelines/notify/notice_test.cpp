#include "pipelines/notify/notice.h"

#include <doctest/doctest.h>

#include "checks/definition/notifiers.h"
#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/notify/notifier.h"
#include "tests/pipelines/notify/telling.h"
#include "tests/support/reports.h"

namespace canarygate::test {

namespace {

using namespace std::chrono_literals;

bool has_line(const Notice& notice, const std::string& line) {
  const auto lines = lines_of(notice);
  return std::ranges::find(lines, line) != lines.end();
}

}  // namespace

TEST_CASE("the start says what is watched, since when and for how long") {
  const Notice notice = start_notice();
  CHECK(notice.headline ==
        "STARTED: the canary of web-bg-tasks in production-us, deployed at 2026-11-20T14:03:20Z, "
        "is watched for 5m");
  CHECK(notice.now == *parse_time("2026-11-20T14:03:20Z"));
  CHECK(has_line(notice, "build: https://ci.example.com/job/web/4711/"));
  CHECK(has_line(notice, "pull request: https://git.example.com/web/pull/17"));
  CHECK(has_line(notice, "commit: 7c1d0f2b6f5c4c0e9a35c7a3c5f0b1d2e3f4a5b6"));
  CHECK(has_line(notice, "author: jane@example.com"));
  CHECK(has_line(notice, "started by: joe"));
}

TEST_CASE("a deploy of ours starts when its command does") {
  GateRequest request;
  request.loaded.check.name = "web";
  request.deploy = "./deploy";
  const TimePoint now = *parse_time("2026-11-20T14:00:00.5Z");
  const Notice notice = notice_of_start(request, "R", {}, now);
  CHECK(notice.headline ==
        "STARTED: the canary of web is being deployed, and will be watched for 5m");
  CHECK(notice.now == now);
  const Notice verdict = notice_of_verdict(report_named("fail"), now);
  CHECK(verdict.began == now);
}

TEST_CASE("an override is said from the start") {
  GateRequest request;
  request.loaded.check.name = "web";
  const Notice notice =
      notice_of_start(request, "R", {{}, "INC-4711, we\nknow", "joe"}, TimePoint());
  CHECK(notice.remarks ==
        std::vector<std::string>{"Overridden by joe: \"INC-4711, we\\x0Aknow\". The deploy goes on "
                                 "whatever the verdict."});
  CHECK(field_of(notice, "override") == "INC-4711, we\\x0Aknow");
}

TEST_CASE("without any time the deploy is now, and under --now so long before it as is judged") {
  GateRequest request;
  request.loaded.check.name = "web";
  const TimePoint now = *parse_time("2026-11-20T14:00:00.5Z");
  CHECK(notice_of_start(request, "R", {}, now).began == *parse_time("2026-11-20T14:00:00Z"));
  request.now = *parse_time("2026-11-19T14:00:00Z");
  CHECK(notice_of_start(request, "R", {}, now).began == *parse_time("2026-11-19T13:54:00Z"));
}

TEST_CASE("the verdict has its sentence, reasons, what to do, and where to look") {
  const Notice notice = verdict_notice("fail");
  CHECK(notice.headline ==
        "STOPPED: the canary is worse than the rest of the fleet (web-bg-tasks in production-us)");
  REQUIRE_FALSE(notice.reasons.empty());
  CHECK(notice.reasons.front() ==
        "failed tasks: the canary is worse than chance explains: 0.41 against 2.9");
  CHECK(has_line(notice,
                 "What to do now: canarygate only reports: the canary still runs the new version "
                 "until you or the pipeline roll it back."));
  CHECK(has_line(notice, "build: https://ci.example.com/job/web/4711/"));
  CHECK(has_line(notice,
                 "failed tasks dashboard: "
                 "https://grafana.example.com/d/abc?var-host=web-7%3A9100"));
}

TEST_CASE("a verdict says when the deploy was, and nothing where there was none") {
  Report report = report_named("fail");
  report.outcome.deployed = true;
  report.outcome.deployed_at = *parse_time("2026-11-20T14:03:20Z");
  const auto began = *parse_time("2026-11-20T14:01:00Z");
  CHECK(has_line(notice_of_verdict(report, began), "deployed at 2026-11-20T14:03:20Z"));
  report.outcome.deployed = false;
  for (const std::string& line : lines_of(notice_of_verdict(report, began))) {
    CHECK_FALSE(line.starts_with("deployed at"));
  }
}

TEST_CASE("every way that a run can end makes a sensible message") {
  for (const auto& [name, report] : all_reports()) {
    CAPTURE(name);
    const Notice notice = notice_of_verdict(report, std::nullopt);
    CHECK(notice.headline == explain(report).headline);
    CHECK(notice.verdict == report.outcome.verdict);
    CHECK(notice.now >= notice.began);
    CHECK((notice.what_to_do.empty() == (notice.verdict == Verdict::pass)));
  }
}

TEST_CASE("soft mode, an override and a policy are said") {
  CHECK(verdict_notice("soft_fail").remarks ==
        std::vector<std::string>{"Soft mode reports and never stops. In hard mode this would have "
                                 "stopped the deploy (exit code 1)."});
  const Notice overridden = verdict_notice("override");
  REQUIRE(overridden.remarks.size() == 1);
  CHECK(overridden.remarks[0].starts_with("Overridden by "));
  CHECK(overridden.remarks[0].find('"' + overridden.override_reason.value() + '"') !=
        std::string::npos);
  CHECK(verdict_notice("undecided_let_through").remarks.front().starts_with("This is not a pass"));
}

TEST_CASE("only addresses that nothing can break out of become links") {
  Report report = report_named("fail");
  report.ci = {{"build_url", "javascript:alert(1)"}, {"pull_request", "17"}};
  report.outcome.runbook = "https://wiki.example.com/\"><script>";
  const Notice notice = notice_of_verdict(report, std::nullopt);
  for (const auto& [name, url] : notice.links) CHECK(url.starts_with("https://grafana.example"));
  CHECK(has_line(notice, "pull request: 17"));
}

TEST_CASE("no text of a notice has a line break or a control character") {
  const Notice notice = hostile_notice();
  for (const std::string& line : lines_of(notice)) CHECK(printable(line) == line);
  CHECK(printable(notice.headline) == notice.headline);
  for (const auto& [name, text] : notice.ci) CHECK(printable(text) == text);
  for (const Notice::Metric& metric : notice.metrics) CHECK(printable(metric.name) == metric.name);
}

TEST_CASE("what files may name and what can be told are the same") {
  const auto keys = notifier_keys();
  const auto types = notifier_types();
  REQUIRE(keys.size() == types.size());
  for (std::size_t i = 0; i < keys.size(); ++i) CHECK(keys[i].name == types[i].name);
  CHECK(std::ranges::is_sorted(keys, {}, &NotifierKeys::name));
}

TEST_CASE("every field of a notice is known") {
  const Notice notice = verdict_notice("override");
  for (const NoticeField& field : notice_fields()) {
    CAPTURE(field.name);
    CHECK_FALSE(field_of(notice, field.name).empty());
  }
  CHECK(std::ranges::is_sorted(notice_fields(), {}, &NoticeField::name));
  CHECK(field_of(start_notice(), "verdict").empty());
  CHECK(field_of(start_notice(), "event") == "start");
}

}  // namespace canarygate::test
