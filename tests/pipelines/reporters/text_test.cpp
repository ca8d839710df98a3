#include "checks/text.h"

#include <doctest/doctest.h>

#include <map>

#include "pipelines/reporters/reporter.h"
#include "tests/support/reports.h"

namespace canarygate {

namespace {

std::size_t columns(const std::string& line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string without_colours(std::string text) {
  while (true) {
    const std::size_t at = text.find("\x1b[");
    if (at == std::string::npos) return text;
    text.erase(at, text.find('m', at) - at + 1);
  }
}

std::string words_only(const std::string& text) {
  std::string words;
  for (const char c : text) {
    if (c != '\n' && c != ' ') words += c;
  }
  return words;
}

}  // namespace

TEST_CASE("no line is wider than asked for but what is there to be copied") {
  for (const auto& [name, report] : test::all_reports()) {
    for (const int width : {60, 80, 120}) {
      for (const std::string& line : split(explain_text(report, {false, width}), '\n')) {
        CAPTURE(line);
        const bool verbatim = contains(line, "https://") || contains(line, "canarygate check") ||
                              contains(line, "sum by");
        CHECK((verbatim || columns(line) <= static_cast<std::size_t>(width)));
      }
    }
  }
}

TEST_CASE("the width changes where lines break and never what is said") {
  const Report report = test::report_named("undecided");
  CHECK(words_only(explain_text(report, {false, 100})) ==
        words_only(explain_text(report, {false, 90})));
}

TEST_CASE("the text says which build it was and of what, as far as the CI system tells") {
  Report report = test::report_named("pass");
  const auto said = [&](const std::map<std::string, std::string>& ci) {
    report.ci = ci;
    const std::string text = explain_text(report, {});
    const std::size_t end = text.find("\n\ncanarygate 0.1.0, run ");
    const std::string heading = "\n\nWhere this ran\n";
    const std::size_t begin = text.find(heading);
    if (begin == std::string::npos) return std::string();
    return text.substr(begin + heading.size(), end - begin - heading.size());
  };
  CHECK(said({}).empty());
  CHECK(said({{"provider", "gitlab"},
              {"build_url", "https://gitlab.example.com/g/p/-/jobs/1"},
              {"commit", "7c1d0f2b6f5c4c0e9a35c7a3c5f0b1d2e3f4a5b6"},
              {"branch", "main"},
              {"author", "Alice <alice@example.com>"},
              {"pull_request", "https://gitlab.example.com/g/p/-/merge_requests/7"},
              {"user", "bob"}}) ==
        "  build         https://gitlab.example.com/g/p/-/jobs/1\n"
        "  commit        7c1d0f2b6f5c on main, by Alice <alice@example.com>\n"
        "  pull request  https://gitlab.example.com/g/p/-/merge_requests/7");
  CHECK(said({{"provider", "gocd"}}) == "  build  gocd");
  CHECK(said({{"provider", "gocd"}, {"commit", "r4711"}}) == "  build   gocd\n  commit  r4711");
  CHECK(said({{"provider", "other"}, {"branch", "main"}, {"author", "Al"}}) ==
        "  build   other\n  commit  on main, by Al");
  CHECK(said({{"provider", "other"}, {"author", "Al"}}) == "  build   other\n  commit  by Al");
}

TEST_CASE("what a build's variables hold can neither colour, break nor command a log") {
  Report report = test::report_named("pass");
  for (const char* fact : {"provider", "build_url", "commit", "branch", "author", "pull_request"}) {
    report.ci[fact] = "\x1b[31mred\n::set-output name=x::y\r##[error]z ::error::w";
  }
  const std::string text = explain_text(report, {});
  CHECK(contains(text, "  pull request  "));
  CHECK(text.find_first_of("\x1b\r") == std::string::npos);
  for (const std::string& line : split(text, '\n')) {
    CHECK_FALSE(trim(line).starts_with("::"));
    CHECK_FALSE(contains(line, "##["));
  }
  CHECK(contains(text, "\\x1B[31mred\\x0A"));
}

TEST_CASE("no line ends in a space") {
  for (const auto& [name, report] : test::all_reports()) {
    for (const std::string& line : split(explain_text(report, {}), '\n')) {
      CAPTURE(line);
      CHECK((line.empty() || line.back() != ' '));
    }
  }
}

TEST_CASE("colour adds escape sequences and changes nothing else") {
  for (const auto& [name, report] : test::all_reports()) {
    const std::string coloured = explain_text(report, {true, 80});
    CHECK(contains(coloured, "\x1b["));
    CHECK(without_colours(coloured) == explain_text(report, {false, 80}));
  }
}

TEST_CASE("only a pass is ever called one") {
  for (const auto& [name, report] : test::all_reports()) {
    const std::string headline = split(explain_text(report, {}), '\n').front();
    CAPTURE(headline);
    CHECK(headline.starts_with("PASSED") == (name == "pass" || name == "score_let_through"));
  }
}

TEST_CASE("the explanation of a stopped deploy answers every question of its reader") {
  const std::string text = explain_text(test::report_named("fail"), {false, 1000});
  for (const char* answer :
       {"Neither the tests nor the pipeline broke",
        "failed tasks: 2.9 1/s on the canary where 0.41 1/s was to be expected",
        "2.9 1/s on the canary", "+610 %", "since about 14:05:35 UTC", "web-7:9100 (3.1 1/s)",
        "When nothing is wrong this gate stops a deploy about 1 time in 100", "evidence is strong",
        "https://grafana.example.com", "https://wiki.example.com/web-bg-tasks", "team-web",
        "--override 'WHY'",
        "canarygate check web-bg-tasks --env production-us --deployed-at 2026-11-20T14:03:20Z"}) {
    CAPTURE(answer);
    CHECK(contains(text, answer));
  }
}

TEST_CASE("a soft gate says that in hard mode the deploy would have stopped") {
  const std::string text = explain_text(test::report_named("soft_fail"), {false, 1000});
  CHECK(text.starts_with("WARNING, NOT STOPPED (soft mode): "));
  CHECK(contains(text, "In hard mode this would have stopped the deploy (exit code 1)."));
}

TEST_CASE("an override stands there with its reason and its user") {
  Report report = test::report_named("override");
  CHECK(
      contains(explain_text(report, {false, 1000}),
               "Overridden by alice: \"the failures are the old queue draining, see INC-4711\"."));
  report.override_user = "";
  CHECK(contains(explain_text(report, {false, 1000}), "Overridden by an unknown user: "));
}

TEST_CASE("an override is not offered where it would not help") {
  Report report = test::report_named("trouble");
  CHECK(contains(explain_text(report, {}), "--override"));
  report.outcome.trouble_kind = ErrorKind::definition;
  CHECK_FALSE(contains(explain_text(report, {}), "--override"));
}

TEST_CASE("what was never looked at has no table of metrics") {
  Report report = test::report_named("fail");
  REQUIRE(contains(explain_text(report, {}), "expected → seen"));
  report.outcome.verdict = Verdict::trouble;
  report.outcome.window.looks_done = 0;
  CHECK_FALSE(contains(explain_text(report, {}), "expected → seen"));
}

TEST_CASE("hosts that were left out for one reason are told in one sentence") {
  Report report = test::report_named("pass");
  const std::string why = "4 of 20 points";
  report.outcome.hosts.set_aside = {{"web-1", why}, {"web-2", why}, {"web-1", why}, {"web-3", "x"}};
  for (const judge::SetAside& host : report.outcome.hosts.set_aside) {
    report.outcome.warnings.push_back({"host_set_aside", "p99 latency", host.host,
                                       host.host + " was not judged: " + host.reason});
  }
  const std::string text = explain_text(report, {false, 1000});
  CHECK(contains(text,
                 "  - web-1 and web-2 were left out: 4 of 20 points.\n"
                 "  - web-3 was left out: x.\n"));
  CHECK_FALSE(contains(text, "was not judged"));
}

TEST_CASE("a host that no series belongs to is named once, and its name is doubted") {
  Report report = test::report_named("canary_silent");
  CHECK_FALSE(contains(explain_text(report, {false, 1000}), "by another name"));
  report.outcome.hosts.set_aside = {{"web-7:9100", "0 of 20 points"}};
  report.outcome.hosts.missing = {"web-7:9100"};
  report.outcome.warnings = {
      {"unmatched_host", std::nullopt, std::nullopt, "no series belongs to web-7:9100"}};
  const std::string text = explain_text(report, {false, 1000});
  CHECK(contains(text, "Worth knowing\n  - no series belongs to web-7:9100.\n\n"));
  CHECK(contains(text, "by another name: `canarygate hosts web-bg-tasks` shows"));
}

TEST_CASE("a window that is not over says when it is") {
  Report report = test::report_named("undecided");
  report.outcome.reasons = {{"window_incomplete", "failed tasks", std::nullopt, "not ended"}};
  report.outcome.window.looks_done = 2;
  CHECK(contains(explain_text(report, {false, 1000}),
                 "The window is not over: it ends at 14:09:20 UTC, and 2 of 5 looks could be taken "
                 "so far."));
}

TEST_CASE("too little traffic is not mended by asking for larger changes") {
  Report report = test::report_named("undecided");
  CHECK(contains(explain_text(report, {false, 1000}), "or raise `judge.detect`"));
  report.outcome.reasons = {{"low_traffic", "failed tasks", std::nullopt, "5 of 200"}};
  const std::string text = explain_text(report, {false, 1000});
  CHECK(
      contains(text, "lengthen `window.duration`, or lower the minimum that the check asks for."));
  CHECK_FALSE(contains(text, "detect`,"));
}

TEST_CASE("an outcome that stopped before anything was found is explained without inventing any") {
  Report report;
  report.program_version = "0.1.0";
  report.run_id = "0";
  report.outcome.trouble_kind = ErrorKind::definition;
  report.outcome.reasons = {{"definition", std::nullopt, std::nullopt,
                             "checks/web.yaml:12:5: unknown direction 'up'; expected higher, lower "
                             "or either"}};
  CHECK(explain_text(report, {}) ==
        "TROUBLE: the check's definition cannot be used\n\n"
        "The canary was not judged: this says nothing about it, good or bad.\n\n"
        "  - checks/web.yaml:12:5: unknown direction 'up'; expected higher, lower or\n"
        "    either.\n\n"
        "What to do now\nMend what is named above, then run it again.\n\n"
        "canarygate 0.1.0, run 0\n");
}

}  // namespace canarygate
