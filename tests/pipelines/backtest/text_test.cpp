#include "pipelines/backtest/text.h"

#include <doctest/doctest.h>

#include "checks/duration.h"
#include "pipelines/backtest/recorded_deploys.h"

namespace canarygate::backtest::test {

namespace {

Findings quiet(std::size_t runs) {
  Findings findings;
  findings.check = "web";
  findings.false_alarms = 0.01;
  findings.runs_wanted = static_cast<std::int64_t>(runs);
  findings.placebos.resize(runs);
  for (Judged& judged : findings.placebos) judged.verdict = Verdict::pass;
  findings.placebo.stopped = rate_of(0, static_cast<std::int64_t>(runs));
  findings.placebo.failed = findings.placebo.stopped;
  return findings;
}

using Sentences = std::vector<std::string>;

}  // namespace

TEST_CASE("a backtest's reading begins with how often it would have stopped a good deploy") {
  CHECK(reading(quiet(200)) ==
        Sentences{"Of 200 made-up deploys with nothing wrong it would have stopped 0 (0 %, 95 % "
                  "interval 0 to 1.8 %): as rarely as its false_alarms of 1 % says."});
}

TEST_CASE("false alarms beyond the promise are said to be, with the metric that they come from") {
  Findings findings = quiet(100);
  for (std::size_t i = 0; i < 20; ++i) {
    findings.placebos[i].verdict = Verdict::fail;
    findings.placebos[i].stopped = true;
  }
  findings.placebo.stopped = findings.placebo.failed = rate_of(20, 100);
  findings.costs = {{"load", 3, 2, 0}, {"p99", 15, 2, 0}};
  CHECK(
      reading(findings) ==
      Sentences{"Of 100 made-up deploys with nothing wrong it would have stopped 20 (20 %, 95 % "
                "interval 13 to 29 %): more often than its false_alarms of 1 % allows.",
                "Most false alarms come from p99: it failed in 17 of the 20 that failed, in 15 of "
                "them alone."});
}

TEST_CASE("what could not be decided is told apart, stopped or let through") {
  Findings findings = quiet(100);
  for (std::size_t i = 0; i < 30; ++i) findings.placebos[i].verdict = Verdict::undecided;
  CHECK(reading(findings)[1] ==
        "30 of them could not be decided, and were let through by the check's `on_undecided` or "
        "`on_no_data`.");
  for (std::size_t i = 0; i < 30; ++i) findings.placebos[i].stopped = true;
  findings.placebo.stopped = rate_of(30, 100);
  CHECK(
      reading(findings) ==
      Sentences{"Of 100 made-up deploys with nothing wrong it would have stopped 30 (30 %, 95 % "
                "interval 21 to 40 %): 0 failed, as rarely as its false_alarms of 1 % says, and 30 "
                "could not be decided, which the check's `on_undecided` or `on_no_data` stops."});
}

TEST_CASE("an interrupted backtest says of how many it speaks") {
  Findings findings = quiet(50);
  findings.runs_wanted = 200;
  findings.interrupted_by = 2;
  CHECK(reading(findings).back() == "Interrupted: this is what 50 of 200 made-up deploys say.");
}

TEST_CASE("a mark says of a deploy whether it was good") {
  history::Record record;
  record.verdict = Verdict::fail;
  record.hard_exit_code = 1;
  CHECK_FALSE(was_good(record).has_value());
  record.mark = history::Mark::right;
  CHECK(was_good(record) == std::optional(false));
  record.mark = history::Mark::wrong;
  CHECK(was_good(record) == std::optional(true));
  record.verdict = Verdict::pass;
  record.hard_exit_code = 0;
  CHECK(was_good(record) == std::optional(false));
  record.mark = history::Mark::right;
  CHECK(was_good(record) == std::optional(true));
  record.verdict = Verdict::trouble;
  record.hard_exit_code = 2;
  CHECK_FALSE(was_good(record).has_value());
}

}  // namespace canarygate::backtest::test
