#include "checks/backtest/tally.h"

#include <doctest/doctest.h>

namespace canarygate::backtest::test {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// `apart` between them.
std::vector<Judged> deploys(const std::vector<bool>& stopped, Duration apart) {
  std::vector<Judged> all;
  for (std::size_t i = 0; i < stopped.size(); ++i) {
    Judged judged;
    judged.deployed_at = TimePoint{} + static_cast<std::int64_t>(i) * apart;
    judged.stopped = stopped[i];
    judged.verdict = stopped[i] ? Verdict::fail : Verdict::pass;
    all.push_back(std::move(judged));
  }
  return all;
}

std::vector<bool> block_of_stops(std::size_t all, std::size_t first, std::size_t count) {
  std::vector<bool> stopped(all);
  for (std::size_t i = first; i < first + count; ++i) stopped[i] = true;
  return stopped;
}

}  // namespace

TEST_CASE("deploys that share a bad hour count as few") {
  const auto stopped = block_of_stops(100, 40, 5);
  // All five overlap with each other: they say little more than one does.
  const std::int64_t together = effective_runs(deploys(stopped, minutes(1)), minutes(6));
  CHECK(together < 35);
  CHECK(together > 15);
  CHECK(effective_runs(deploys(stopped, hours(1)), minutes(6)) == 100);
}

TEST_CASE("where nothing was stopped, deploys are as many as they are") {
  CHECK(effective_runs(deploys(std::vector<bool>(50), minutes(1)), minutes(6)) == 50);
  CHECK(effective_runs({}, minutes(6)) == 0);
}

TEST_CASE("each metric is charged with the deploys that it stopped") {
  CheckDefinition check;
  for (const char* name : {"a", "b", "c"}) check.metrics.emplace_back().name = name;
  std::vector<Judged> all = deploys({true, true, true, false, true}, hours(1));
  all[0].failed = {"a"};
  all[1].failed = {"a", "b"};
  all[1].open = {"c"};  // not what stopped it
  all[2].verdict = Verdict::undecided;
  all[2].open = {"c"};
  all[3].failed = {"b"};  // it was not stopped
  all[4].failed = {"a"};
  const auto costs = costs_of(check, all);
  REQUIRE(costs.size() == 3);
  CHECK(costs[0].alone == 2);
  CHECK(costs[0].with_others == 1);
  CHECK(costs[1].alone == 0);
  CHECK(costs[1].with_others == 1);
  CHECK(costs[2].undecided == 1);
  CHECK(costs[2].alone + costs[2].with_others == 0);
}

TEST_CASE("deploys are counted by the hour of their day") {
  const auto tally = by_hour(deploys({true, false, true}, hours(23)));
  REQUIRE(tally.size() == 24);
  CHECK(tally[0].runs == 1);
  CHECK(tally[0].stopped == 1);
  CHECK(tally[23].runs == 1);
  CHECK(tally[23].stopped == 0);
  CHECK(tally[22].stopped == 1);
  CHECK(tally[12].runs == 0);
}

TEST_CASE("a tally keeps the verdicts apart, and what stops from what fails") {
  auto all = deploys({true, true, false, false}, hours(1));
  all[1].verdict = Verdict::undecided;
  all[3].verdict = Verdict::trouble;
  const Tally tally = tally_of(all, 4);
  CHECK(tally.stopped.count == 2);
  CHECK(tally.failed.count == 1);
  CHECK(tally.stopped.of == 4);
  CHECK(tally.verdicts.at(Verdict::undecided) == 1);
  CHECK(tally.verdicts.at(Verdict::trouble) == 1);
  CHECK(tally.verdicts.at(Verdict::pass) == 1);
}

}  // namespace canarygate::backtest::test
