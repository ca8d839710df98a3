#include "pipelines/backtest/html.h"

#include <doctest/doctest.h>

#include "checks/duration.h"

using namespace canarygate;
using namespace canarygate::backtest;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

int count_in(const std::string& text, std::string_view part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

const TimePoint kBegin = *parse_time("2026-11-13T00:00:00Z");

Judged judged(Duration after_begin, Verdict verdict, const std::string& reason = "") {
  Judged one;
  one.deployed_at = kBegin + after_begin;
  one.canary = {"web-1", "web-2"};
  one.verdict = verdict;
  one.stopped = verdict != Verdict::pass;
  one.reason = reason;
  return one;
}

/// 100 made-up deploys, of which one at 14:00 failed by latency.
Findings findings() {
  Findings all;
  all.check = "web";
  all.environment = "production";
  all.seed = 77;
  all.false_alarms = 0.01;
  all.since = kBegin;
  all.until = kBegin + std::chrono::hours(168);
  all.step = std::chrono::seconds(15);
  all.canary = {"web-1", "web-2"};
  all.baseline = {"web-3", "web-4", "web-5"};
  all.canaries = 2;
  all.points = 123'456;
  all.runs_wanted = 100;
  all.placebos.assign(99, judged(std::chrono::hours(2), Verdict::pass));
  all.placebos.push_back(judged(std::chrono::hours(14), Verdict::fail, "latency: worse"));
  all.placebo = {rate_of(1, 100), rate_of(1, 100), {{Verdict::pass, 99}, {Verdict::fail, 1}}};
  all.costs = {{"latency", 1, 0, 0}, {"errors", 0, 0, 0}};
  for (int hour = 0; hour < 24; ++hour) all.by_hour.push_back({hour, 0, 0});
  all.by_hour[2].runs = 99;
  all.by_hour[14] = {14, 1, 1};
  all.injected_runs = 20;
  all.power = {{"latency",
                {{0.1, false, rate_of(2, 20), std::nullopt},
                 {1.0, false, rate_of(20, 20), std::chrono::minutes(3)},
                 {0.5, true, rate_of(5, 20), std::chrono::minutes(6)}},
                0.42,
                1.0},
               {"errors", {{0.1, false, rate_of(0, 20), std::nullopt}}, std::nullopt, 9.0}};
  all.alternatives = {{"", rate_of(1, 100), rate_of(1, 100), rate_of(12, 20)},
                      {"window 10m", rate_of(0, 100), rate_of(0, 100), rate_of(18, 20)}};
  return all;
}

CheckDefinition check() {
  CheckDefinition check;
  check.name = "web";
  check.window = {std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::seconds(15)};
  check.metrics.resize(2);
  check.metrics[0].name = "latency";
  check.metrics[0].query = "p99(latency)";
  check.metrics[1].name = "errors";
  check.metrics[1].errors = "failed";
  check.metrics[1].total = "requests";
  return check;
}

}  // namespace

TEST_CASE(
    "a backtest's page says first how many deploys with nothing wrong it would have stopped") {
  const std::string page = to_html(findings(), check());
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(has(page, "<h1>It would have stopped 1 of 100 deploys with nothing wrong</h1>"));
  CHECK(has(page, "web in production, from 2026-11-13T00:00:00Z to 2026-11-20T00:00:00Z"));
  Findings none = findings();
  none.placebo.stopped = rate_of(0, 100);
  CHECK(has(to_html(none, check()), "<h1>It would have stopped none of 100 deploys"));
}

TEST_CASE("the page's colour is red for more false alarms than allowed, yellow for blind spots") {
  const auto tone = [](const Findings& of) {
    const std::string page = to_html(of, check());
    const std::size_t at = page.find("<header class=\"verdict ") + 23;
    return page.substr(at, page.find('"', at) - at);
  };
  Findings seen = findings();
  CHECK(tone(seen) == "warning");  // errors are never seen
  seen.power.pop_back();
  CHECK(tone(seen) == "good");
  seen.placebo.stopped = rate_of(3, 100);
  CHECK(tone(seen) == "warning");  // two more by policy
  seen.placebo.failed = rate_of(10, 100);
  CHECK(tone(seen) == "bad");
  seen = findings();
  seen.power.clear();
  seen.interrupted_by = 2;
  CHECK(tone(seen) == "warning");
}

TEST_CASE("false stops are drawn by hour with their intervals, and told by metric and one by one") {
  const std::string page = to_html(findings(), check());
  CHECK(has(page,
            "aria-label=\"Share of made-up deploys that would have been stopped, by hour of the "
            "day. 14:00: 1 of 1. None in the other hours.\""));
  // Clopper and Pearson for 0 of 99, and 1 of 1.
  CHECK(has(page, "<title>02:00 to 03:00: 0 of 99 stopped, 0 % to 3.7 %</title>"));
  CHECK(has(page, "<title>14:00 to 15:00: 1 of 1 stopped, 2.5 % to 100 %</title>"));
  CHECK(count_in(page, "<g><title>") == 2);
  CHECK(has(page, "false_alarms 1.0 %"));
  CHECK(has(page, "<th scope=row>latency<td><svg"));
  CHECK(has(page, "</svg><td>1<td>0<td>0\n"));
  CHECK(has(page,
            "<th scope=row>2026-11-13 14:00:00<td><span class=\"pill bad\">fail</span><td>"
            "web-1 and web-2<td>latency: worse\n"));
}

TEST_CASE("what is found of each change is drawn and told, a leak apart") {
  const std::string page = to_html(findings(), check());
  CHECK(has(page,
            "aria-label=\"latency: how often a change was found. +10 %: 10 %. +100 %: 100 %. A "
            "leak to +50 %: 25 %. \""));
  CHECK(count_in(page, "8 in 10<") == 2);
  CHECK(has(page,
            "<th scope=row>latency<td><b>+42 %</b><td>+10 %: <b>10 %</b> · +100 %: "
            "<b>100 %</b> <span class=soft>in 3m</span> · a leak to +50 %: <b>25 %</b> "
            "<span class=soft>in 6m</span>\n"));
  CHECK(has(page, "<th scope=row>errors<td>beyond +900 %<td>+10 %: <b>0 %</b>\n"));
}

TEST_CASE("what other settings would give stands below the check as it is") {
  const std::string page = to_html(findings(), check());
  CHECK(has(page, "finds a change of +50 %"));
  CHECK(page.find("<th scope=row>as it is<td>1 of 100, 1.0 % <span class=soft>(") <
        page.find("<th scope=row>window 10m<td>0 of 100, 0 % <span class=soft>(0 % to 3.6 %)"
                  "</span><td>0 of 100, 0 %"));
  CHECK(has(page, "<td>18 of 20, 90 % <span class=soft>(68 % to 99 %)</span>\n"));
}

TEST_CASE("real deploys are listed, the youngest first, with what people said of them") {
  Findings all = findings();
  Judged old = judged(std::chrono::hours(1), Verdict::fail, "latency: worse");
  old.label = "v41";
  old.good = false;
  old.after = std::chrono::minutes(4);
  old.source = "deploys.csv:2";
  Judged young = judged(std::chrono::hours(9), Verdict::pass);
  young.good = true;
  young.source = "history";
  all.real = {old, young};
  all.not_replayed = {"the deploy of 2026-11-01T00:00:00Z (history): it is too old"};
  const std::string page = to_html(all, check());
  const std::size_t first = page.find(
      "<th scope=row>2026-11-13 09:00:00<td><td><span class=\"pill good\">pass</span><td>no<td>"
      "good<td><td>history\n");
  const std::size_t second = page.find(
      "<th scope=row>2026-11-13 01:00:00<td>v41<td><span class=\"pill bad\">fail</span><td>yes "
      "after 4m<td>bad<td>latency: worse<td>deploys.csv:2\n");
  CHECK(first != std::string::npos);
  CHECK(second != std::string::npos);
  CHECK(first < second);
  CHECK(has(page, "<li>the deploy of 2026-11-01T00:00:00Z (history): it is too old"));
}

TEST_CASE("where only real deploys could be replayed the page is of them") {
  Findings all = findings();
  all.real = {judged(std::chrono::hours(1), Verdict::pass)};
  all.deploys = {rate_of(0, 1), rate_of(0, 1), {{Verdict::pass, 1}}};
  all.placebos.clear();
  all.placebo = {};
  all.power.clear();
  all.alternatives.clear();
  const std::string page = to_html(all, check());
  CHECK(has(page, "<h1>It would have stopped none of 1 real deploy</h1>"));
  for (const char* section : {"False stops", "What it finds", "What other settings"}) {
    CHECK_FALSE(has(page, section));
  }
}

TEST_CASE("how a backtest was run can be read from its page") {
  const std::string page = to_html(findings(), check());
  CHECK(has(page, "<dt>window</dt><dd>5m after a warm-up of 1m, in steps of 15s</dd>"));
  CHECK(has(page, "<dt>seed</dt><dd>77</dd>"));
  CHECK(has(page, "<dt>baseline</dt><dd>web-3, web-4 and web-5</dd>"));
  CHECK(has(page, "<dt>numbers</dt><dd>123,456 judged from, 0 of them asked of backends</dd>"));
  CHECK(has(page, "<th scope=row>latency<td>query<td><code>p99(latency)</code>\n"));
  CHECK(has(page, "<th scope=row>errors<td>errors<td><code>failed</code>\n"));
  CHECK(has(page, "<th scope=row>errors<td>total<td><code>requests</code>\n"));
}

TEST_CASE("nothing that came from outside is markup on a backtest's page") {
  const std::string evil = "<img src=x onerror=alert(1)>\"'&\x1b[31m";
  Findings all = findings();
  all.check = all.environment = evil;
  all.canary = all.baseline = {evil};
  all.costs[0].metric = all.power[0].metric = evil;
  all.alternatives[1].setting = evil;
  all.notes = all.not_replayed = {evil};
  Judged deploy = judged(std::chrono::hours(1), Verdict::fail, evil);
  deploy.label = deploy.source = evil;
  deploy.canary = {evil};
  deploy.failed = {evil};
  all.real = {deploy};
  all.placebos.push_back(deploy);
  CheckDefinition of = check();
  of.metrics[0].name = of.metrics[0].query = evil;
  const std::string page = to_html(all, of);
  CHECK_FALSE(has(page, "<img"));
  CHECK_FALSE(has(page, "\x1b"));
  CHECK(count_in(page, "&lt;img src=x onerror=alert(1)&gt;") > 15);
}

TEST_CASE("of very many stopped deploys the page lists some, and says so") {
  Findings all = findings();
  all.placebos.assign(60, judged(std::chrono::hours(2), Verdict::fail, "why"));
  all.real.assign(600, judged(std::chrono::hours(2), Verdict::pass));
  const std::string page = to_html(all, check());
  CHECK(has(page, "<p class=soft>And 10 more, which <code>--format json</code> lists.</p>"));
  CHECK(has(page, "<p class=soft>And 100 more, which <code>--format json</code> lists.</p>"));
}
