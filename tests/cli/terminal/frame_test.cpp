#include "cli/terminal/frame.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cli/terminal/columns.h"

namespace canarygate::test {

namespace {

using Lines = std::vector<std::string>;
using std::chrono::seconds;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr TimePoint kNow{seconds(1'795'212'000)};  // 2026-11-20T22:00:00Z

MetricLine metric(std::string name, MetricState state, std::string change = "",
                  std::vector<double> canary = {}, std::vector<double> baseline = {}) {
  MetricLine line;
  line.name = std::move(name);
  line.state = state;
  line.change = std::move(change);
  line.points = 4;
  line.course.window = 4;
  line.course.canary = std::move(canary);
  line.course.baseline = std::move(baseline);
  return line;
}

/// Two looks are done, the next one is due in seven seconds.
FrameState watching() {
  FrameState state;
  state.check = "web-bg-tasks";
  state.environment = "production";
  state.waiting_for = "look 3 of 5";
  state.now = kNow;
  state.until = kNow + seconds(7);
  state.window_start = kNow - seconds(198);
  state.window_end = kNow + seconds(102);
  state.looks = 5;
  state.looks_done = 2;
  state.hosts.emplace();
  state.hosts->canary = {"bg-03", "bg-09"};
  state.hosts->baseline = Lines(12, "x");
  state.metrics = {
      metric("failed tasks", MetricState::worse, "+650 %", {0, 0, 0, 0, 7, 7}, {0, 0, 0, 0, 0, 0}),
      metric("p99 task latency", MetricState::ok_so_far, "-1.2 %", {1, kNone, 1, 1, 8, 1},
             {1, 1, 1, 1, 1, 1}),
      metric("restarts", MetricState::no_data_yet)};
  return state;
}

Lines at(const FrameState& state, int columns, int rows = 24, bool unicode = true) {
  return frame(state, {columns, rows, false, unicode});
}

std::string line(const FrameState& state, std::size_t number, int columns = 100) {
  const Lines lines = at(state, columns);
  REQUIRE(number < lines.size());
  return lines[number];
}

}  // namespace

TEST_CASE("a wide screen shows both sides of each metric") {
  CHECK(at(watching(), 100) ==
        Lines{
            "web-bg-tasks in production",
            "looks ●●○○○ · next look in 0:07 · window ends in 1:42",
            "canary: bg-03 and bg-09 · baseline: 12 hosts",
            "                  canary                         baseline",
            "failed tasks      ▁▁▁▁│██                        ▁▁▁▁│▁▁                        "
            "+650 %  WORSE",
            "p99 task latency  ▁ ▁▁│█▁                        ▁▁▁▁│▁▁                        "
            "-1.2 %  ok so far",
            "restarts                                                                        "
            "        no data yet",
        });
}

TEST_CASE("a narrower screen gives up the baseline's chart, then both") {
  const Lines at_70 = at(watching(), 70);
  CHECK(Lines(at_70.begin() + 3, at_70.end()) ==
        Lines{
            "                  canary          baseline",
            "failed tasks      ▁▁▁▁│██         ▁▁▁▁│▁▁         +650 %  WORSE",
            "p99 task latency  ▁ ▁▁│█▁         ▁▁▁▁│▁▁         -1.2 %  ok so far",
            "restarts                                                  no data yet",
        });
  const Lines at_50 = at(watching(), 50);
  CHECK(Lines(at_50.begin() + 3, at_50.end()) ==
        Lines{
            "                  canary",
            "failed tasks      ▁▁▁▁│██     +650 %  WORSE",
            "p99 task latency  ▁ ▁▁│█▁     -1.2 %  ok so far",
            "restarts                              no data yet",
        });
  CHECK(at(watching(), 40) == Lines{
                                  "web-bg-tasks in production",
                                  "looks ●●○○○ · next look in 0:07",
                                  "canary: 2 hosts · baseline: 12 hosts",
                                  "failed tasks      +650 %  WORSE",
                                  "p99 task latency  -1.2 %  ok so far",
                                  "restarts                  no data yet",
                              });
}

TEST_CASE("a terminal without Unicode gets nothing but ASCII") {
  FrameState state = watching();
  state.metrics.push_back(metric("größe", MetricState::silent));
  CHECK(at(state, 70, 24, false) ==
        Lines{
            "web-bg-tasks in production",
            "looks **---, next look in 0:07, window ends in 1:42",
            "canary: bg-03 and bg-09, baseline: 12 hosts",
            "                  canary          baseline",
            "failed tasks      ____|##         ____|__         +650 %  WORSE",
            "p99 task latency  _ __|#_         ____|__         -1.2 %  ok so far",
            "restarts                                                  no data yet",
            "gr??e                                                     SILENT",
        });
}

TEST_CASE("colour decorates and changes no letter") {
  const FrameState state = watching();
  const Lines coloured = frame(state, {100, 24, true, true});
  const Lines plain = at(state, 100);
  REQUIRE(coloured.size() == plain.size());
  CHECK(coloured[0] == "\x1B[1mweb-bg-tasks in production\x1B[0m");
  CHECK(coloured[4].ends_with("+650 %  \x1B[1;31mWORSE\x1B[0m"));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    CHECK(columns_of(coloured[i]) == columns_of(plain[i]));
    CHECK(plain[i].find('\x1B') == std::string::npos);
  }
}

TEST_CASE("long, wide and hostile names keep the table straight") {
  FrameState state = watching();
  state.metrics = {
      metric("処理済みタスクの遅延時間", MetricState::ok_so_far, "+2 %"),
      metric("a name that is much too long for this screen", MetricState::worse, "+9 %"),
      metric("bell\a and o\xCC\x88", MetricState::ok, "-3 %")};
  const Lines lines = at(state, 40);
  // 39 columns, less the change (4), the state (11) and two gaps, leave 20 for the name.
  CHECK(lines[3] == "処理済みタスクの遅…   +2 %  ok so far");
  CHECK(lines[4] == "a name that is much…  +9 %  WORSE");
  CHECK(lines[5] == "bell\\x07 and o\xCC\x88        -3 %  ok");
}

TEST_CASE("what does not fit is folded, the worst first") {
  FrameState state = watching();
  state.metrics.clear();
  for (int i = 1; i <= 30; ++i) {
    state.metrics.push_back(metric(fmt::format("metric {}", i), MetricState::ok_so_far));
    state.metrics.back().p_value = i == 23 ? 0.02 : 0.5;
  }
  state.metrics[11].state = MetricState::undecided;
  state.metrics[19].state = MetricState::silent;
  state.metrics[24].state = MetricState::no_data;
  const Lines lines = at(state, 40, 12);
  CHECK(Lines(lines.begin() + 3, lines.end()) == Lines{
                                                     "metric 20    SILENT",
                                                     "metric 25    no data",
                                                     "metric 12    undecided",
                                                     "metric 23    ok so far",
                                                     "metric 1     ok so far",
                                                     "metric 2     ok so far",
                                                     "metric 3     ok so far",
                                                     "… and 23 more",
                                                 });
  CHECK(lines.size() == 11);
  // All of them in the check's order where there is room.
  CHECK(line(state, 3, 40).starts_with("metric 20"));
  CHECK(at(state, 40, 34)[3].starts_with("metric 1 "));
  CHECK(at(state, 40, 34).size() == 33);
}

TEST_CASE("no screen is too small, and none is left") {
  FrameState state = watching();
  state.metrics.push_back(metric("処理済みタスクの遅延時間", MetricState::limit, "+2 %"));
  for (int columns = 1; columns < 130; ++columns) {
    for (int rows = 1; rows < 14; ++rows) {
      const Lines lines = frame(state, {columns, rows, true, columns % 2 == 0});
      CHECK(static_cast<int>(lines.size()) <= std::max(1, rows - 1));
      for (const std::string& each : lines) CHECK(columns_of(each) <= std::max(1, columns - 1));
    }
  }
}

TEST_CASE("the state is what stays when a line has room for little") {
  CHECK(at(watching(), 16)[3] == "failed t… WORSE");
}

TEST_CASE("a wait says how long and for what") {
  FrameState state = watching();
  const auto status = [&] { return line(state, 1); };
  state.until = kNow + std::chrono::milliseconds(6001);
  CHECK(status() == "looks ●●○○○ · next look in 0:07 · window ends in 1:42");
  state.until = kNow;
  CHECK(status() == "looks ●●○○○ · looking · window ends in 1:42");
  state.waiting_for = "the expected hosts";
  CHECK(status() == "looks ●●○○○ · asking for the expected hosts · window ends in 1:42");
  state.until = kNow + seconds(3723);
  CHECK(status() == "looks ●●○○○ · waiting 1:02:03 for the expected hosts · window ends in 1:42");
  state.until.reset();
  state.doing = "fetching the history";
  CHECK(status() == "looks ●●○○○ · fetching the history · window ends in 1:42");
  state.window_end = kNow;
  CHECK(status() == "looks ●●○○○ · fetching the history");
  state.looks = 100;
  CHECK(status() == "looks 2/100 · fetching the history");
  state.over = true;
  CHECK(status() == "looks 2/100 · window 21:56:42 UTC to 22:00:00 UTC");
}

TEST_CASE("hosts are told in as many words as there is room for") {
  FrameState state = watching();
  state.hosts->canary = {"bg-03", "bg-09", "bg-11", "bg-12", "bg-13", "bg-14"};
  CHECK(line(state, 2) ==
        "canary: bg-03, bg-09, bg-11, bg-12, bg-13 and 1 more · baseline: 12 hosts");
  CHECK(line(state, 2, 50) == "canary: bg-03 and 5 more · baseline: 12 hosts");
  CHECK(line(state, 2, 45) == "canary: 6 hosts · baseline: 12 hosts");
  state.hosts->baseline.clear();
  state.hosts->canary.resize(1);
  CHECK(line(state, 2) == "canary: bg-03 · baseline: none, before against after");
  state.hosts->canary.clear();
  CHECK(line(state, 2) == "hosts are told apart by the tags of their series");
  state.environment = "";
  CHECK(line(state, 0) == "web-bg-tasks");
}

TEST_CASE("a look's findings become state words and changes") {
  MetricOutcome outcome;
  outcome.spec.name = "latency";
  outcome.spec.unit = "s";
  judge::Finding& finding = outcome.finding;
  WindowOutcome window;
  window.start = kNow;
  window.end = kNow + seconds(300);
  window.step = seconds(15);
  const auto state = [&](Verdict verdict, const char* code) {
    finding.verdict = verdict;
    finding.reasons = {{code, {}, {}, ""}};
    return metric_line(outcome, window).state;
  };
  CHECK(state(Verdict::fail, "regression") == MetricState::worse);
  CHECK(state(Verdict::fail, "canary_silent") == MetricState::silent);
  CHECK(state(Verdict::fail, "limit_exceeded") == MetricState::limit);
  CHECK(state(Verdict::trouble, "backend_failed") == MetricState::trouble);
  CHECK(state(Verdict::no_data, "no_data") == MetricState::no_data);
  CHECK(state(Verdict::undecided, "insensitive") == MetricState::undecided);
  CHECK(state(Verdict::undecided, "window_incomplete") == MetricState::no_data_yet);
  finding.canary.points = 1;
  CHECK(state(Verdict::undecided, "window_incomplete") == MetricState::watching);
  finding.effect.estimate = 0;
  CHECK(state(Verdict::undecided, "window_incomplete") == MetricState::ok_so_far);
  finding.effect.estimate.reset();
  finding.reasons.clear();
  finding.verdict = Verdict::pass;
  const MetricLine passed = metric_line(outcome, window);
  CHECK(passed.state == MetricState::ok);
  CHECK(passed.name == "latency");
  CHECK(passed.change.empty());
  CHECK(passed.points == 20);

  finding.effect.estimate = 0.38;
  CHECK(metric_line(outcome, window).change == "+38 %");
  finding.effect.kind = judge::Effect::Kind::difference;
  finding.effect.estimate = -0.02;
  CHECK(metric_line(outcome, window).change == "-20 ms");
}

TEST_CASE("several checks share the screen, and what one does not need the next ones have") {
  std::vector<FrameState> states(3);
  for (std::size_t i = 0; i < states.size(); ++i) {
    states[i].check = "check-" + std::to_string(i);
    for (std::size_t m = 0; m < (i == 2 ? 6U : 1U); ++m) {
      MetricLine metric;
      metric.name = "metric-" + std::to_string(m);
      states[i].metrics.push_back(metric);
    }
  }
  FrameStyle style;
  style.rows = 40;
  CHECK(frames(states, style).size() == 3 + 3 + 8);
  style.rows = 14;  // 13 lines: 3 and 3, and what is left for the third
  CHECK(frames(states, style).size() == 13);
  CHECK(frames(states, style).back() == "… and 2 more");
  for (int rows = 1; rows < 14; ++rows) {
    style.rows = rows;
    CHECK(frames(states, style).size() <= static_cast<std::size_t>(std::max(1, rows - 1)));
  }
}

}  // namespace canarygate::test
