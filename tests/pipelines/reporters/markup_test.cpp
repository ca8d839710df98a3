/// markdown, tap, github and gitlab.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "checks/text.h"
#include "pipelines/reporters/markdown_text.h"
#include "pipelines/reporters/reporter.h"
#include "tests/support/reports.h"

namespace canarygate {

namespace {

std::string render(const char* name, const Report& report) {
  return find_reporter_type(name)->render(report);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Report with_many_metrics(std::size_t count) {
  Report report = test::report_named("fail");
  const MetricOutcome failed = report.outcome.metrics.front();
  report.outcome.metrics.clear();
  for (std::size_t i = 0; i < count; ++i) {
    report.outcome.metrics.push_back(failed);
    report.outcome.metrics.back().spec.name = "metric " + std::to_string(i);
  }
  return report;
}

}  // namespace

TEST_CASE("running text stays as it is in Markdown, numbers and times too") {
  for (const char* text : {"STOPPED: the canary is worse (web in production-us)",
                           "+610 % (95 % sure: -4.1 % to +10 %)", "from 14:04:20 to 14:06:20 UTC",
                           "0.41 1/s → 2.9 1/s", "web-7:9100 (3.1 1/s)", "What's \"this\"?",
                           "raise `judge.detect` or (`on_no_data: pass`)."}) {
    CHECK(markdown_text(text) == text);
    CHECK(markdown_cell(text) == text);
  }
}

TEST_CASE("what means something to Markdown or to a forge stands in a code span") {
  CHECK(markdown_text("a *b* (c_d), @team.") == "a `*b*` (`c_d`), `@team`.");
  CHECK(markdown_text("see #1, !2 %3 gh-4") == "see `#1`, `!2` `%3` `gh-4`");
  CHECK(markdown_text("www.example.com http://a.b") == "`www.example.com` `http://a.b`");
  CHECK(markdown_text(":tada: a:100:b 1:100:2") == "`:tada`: `a:100:b` `1:100:2`");
  CHECK(markdown_text("<b> &amp; $x$") == "`<b>` `&amp`; `$x$`");
  CHECK(markdown_text("a|b \\| `x") == "`a|b` `\\|` `` `x ``");
  CHECK(markdown_text("a`b```c") == "````a`b```c````");
}

TEST_CASE("a block of Markdown cannot begin with a bullet, a number, a rule or a command") {
  CHECK(markdown_text("- a - b") == "`-` a - b");
  CHECK(markdown_text("12. a 12. b") == "`12`. a 12. b");
  CHECK(markdown_text("--- a") == "`---` a");
  CHECK(markdown_text("/close now") == "`/close` now");
  CHECK(markdown_text("    a") == "a");
}

TEST_CASE("no cell of a table has a bar in it") {
  CHECK(markdown_cell("a|b_c") == "`a`&#124;`b_c`");
  CHECK(markdown_cell("||") == "&#124;&#124;");
}

TEST_CASE("only plain http addresses become links") {
  CHECK(markdown_verbatim("https://g.example.com/d?a=b%20c#d") ==
        "<https://g.example.com/d?a=b%20c#d>");
  CHECK(markdown_verbatim("javascript:alert(1)") == "`javascript:alert(1)`");
  CHECK(markdown_verbatim("https://a/> <b>") == "`https://a/> <b>`");
  CHECK(markdown_verbatim("https://a/##vso[b]") == "`https://a/\\x23#vso[b]`");
  CHECK(markdown_verbatim("echo `a`") == "`` echo `a` ``");
}

TEST_CASE("a Markdown report that a forge would refuse is cut at a line's end, and says so") {
  const std::string text = render("markdown", with_many_metrics(2000));
  CHECK(text.size() < 65'536);
  CHECK(
      text.ends_with("\n\nThe rest is left out here; the text and JSON reports have all of it.\n"));
}

TEST_CASE("a TAP directive is only ever one of ours") {
  Report report = test::report_named("fail");
  report.outcome.metrics[0].spec.name = "a # SKIP b\\";
  CHECK(contains(render("tap", report), "not ok 1 - web-bg-tasks: a \\# SKIP b\\\\\n"));
}

TEST_CASE("TAP's YAML holds characters that end a line there only escaped") {
  Report report = test::report_named("fail");
  report.outcome.metrics[0].finding.reasons[0].text = "a\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF\"b";
  CHECK(contains(render("tap", report), "  message: \"a\\u2028\\u2029\\uFEFF\\\"b\"\n"));
}

TEST_CASE("GitHub gets at most ten annotations of a level, and the gate's own first") {
  const std::string text = render("github", with_many_metrics(30));
  const auto lines = split(trim(text), '\n');
  CHECK(lines.size() == 10);
  CHECK(lines[0].starts_with("::error title=canarygate web-bg-tasks::STOPPED: "));
  CHECK(lines[1].starts_with("::error title=canarygate web-bg-tasks%3A metric 0::"));
}

TEST_CASE("what stops a deploy is an error on GitHub, what was let through a warning") {
  CHECK(render("github", test::report_named("pass")).starts_with("::notice title=canarygate web"));
  CHECK(render("github", test::report_named("soft_fail")).starts_with("::warning title="));
  CHECK(contains(render("github", test::report_named("soft_fail")),
                 "\n::warning title=canarygate web-bg-tasks%3A failed tasks::soft mode, not "
                 "stopped: the canary is worse"));
  CHECK(render("github", test::report_named("trouble")).starts_with("::error title="));
}

TEST_CASE("GitLab's severities tell what stopped the deploy from what did not") {
  const auto severities = [](const char* name) {
    std::vector<std::string> found;
    for (const auto& entry : nlohmann::json::parse(render("gitlab", test::report_named(name)))) {
      found.push_back(entry["severity"]);
    }
    return found;
  };
  CHECK(severities("pass").empty());
  CHECK(severities("fail") == std::vector<std::string>{"blocker", "info", "info"});
  CHECK(severities("soft_fail") == std::vector<std::string>{"major", "info", "info"});
  CHECK(severities("trouble") == std::vector<std::string>{"critical"});
}

TEST_CASE("a finding keeps its fingerprint from run to run, and no other has it") {
  const auto fingerprint = [](const Report& report) {
    return nlohmann::json::parse(render("gitlab", report))[0]["fingerprint"].get<std::string>();
  };
  Report report = test::report_named("fail");
  const std::string first = fingerprint(report);
  report.run_id = "another";
  report.outcome.metrics[0].finding.reasons[0].text = "other numbers";
  CHECK(fingerprint(report) == first);
  report.outcome.environment = "staging";
  CHECK(fingerprint(report) != first);
}

}  // namespace canarygate
