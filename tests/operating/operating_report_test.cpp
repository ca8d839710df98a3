// The operating characteristics in short, and that they are counted right.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

#include "tests/operating/cells.h"
#include "tests/operating/families.h"

using namespace canarygate;
using namespace canarygate::operating;

TEST_CASE("in every family false alarms stay at their bar") {
  Selection selection;
  selection.fleet = FleetSize{12, 2, 12, 3};
  selection.effects = {"none"};
  const auto cells = simulated_cells(selection);
  REQUIRE(cells);
  CHECK(cells->size() == families().size());
  for (const Cell& cell : *cells) {
    const Score score = measure(cell, {60, 500, 200, 1, {"placebo"}}).front();
    INFO(cell.family);
    CHECK(score.share() <= cell.bar + 3 * std::sqrt(cell.bar * (1 - cell.bar) / score.runs));
  }
}

TEST_CASE("pooled tests cry wolf where hosts differ, the placebo judge does not") {
  Selection selection;
  selection.fleet = FleetSize{12, 2, 24, 3};
  selection.family = "levels-30";
  selection.effects = {"none"};
  const auto cells = simulated_cells(selection);
  REQUIRE(cells);
  const auto scores = measure(cells->front(), {40, 900, 200, 1, {}});
  REQUIRE(scores.size() == 3);
  CHECK(scores[0].share() <= 0.05);
  CHECK(scores[1].share() >= 0.5);
  CHECK(scores[2].share() >= 0.3);
}

TEST_CASE("the number of threads changes no number") {
  Selection selection;
  selection.fleet = FleetSize{4, 1, 12, 2};
  selection.family = "plain";
  selection.effects = {"+100%"};
  const auto cells = simulated_cells(selection);
  REQUIRE(cells);
  const Score one = measure(cells->front(), {30, 1, 200, 1, {"placebo"}}).front();
  const Score three = measure(cells->front(), {30, 1, 200, 3, {"placebo"}}).front();
  CHECK(one.stopped > 0);
  CHECK(one.stopped == three.stopped);
  CHECK(one.points == three.points);
  CHECK(one.points <= 20);
}

TEST_CASE("a share is above its bar beyond two standard errors") {
  CHECK_FALSE(Score{"", 100, 2, 0}.above(0.01));
  CHECK(Score{"", 100, 3, 0}.above(0.01));  // 1 % + 2 * 0.995 % is 2.99 %
  CHECK(Score{"", 400, 100, 0}.error() == doctest::Approx(std::sqrt(0.25 * 0.75 / 400)));
}

TEST_CASE("a family or effect that is not known is named with those that are") {
  Selection selection;
  selection.family = "plane";
  auto cells = simulated_cells(selection);
  REQUIRE_FALSE(cells);
  CHECK(cells.error().text.starts_with("no family plane; there are plain alike levels"));
  selection.family = "plain";
  selection.effects = {"+20%"};
  cells = simulated_cells(selection);
  REQUIRE_FALSE(cells);
  CHECK(cells.error().text ==
        "no effect +20%; there are none spread at-10% at-50% +10% +25% +50% +100% x5 ramp");
}

TEST_CASE("a trace's hosts are replayed as canaries that change only by what is injected") {
  const auto path = std::filesystem::temp_directory_path() /
                    ("canarygate-trace-" + std::to_string(::getpid()) + ".csv");
  {
    std::ofstream file(path);
    file << "time,host,metric,value\n";
    for (int host = 0; host < 14; ++host) {
      for (int i = 0; i < 240; ++i) {
        file << 300 * i << ",h" << host << ",cpu," << 100 + host + (7 * i + 3 * host) % 5 << '\n';
      }
    }
  }
  Selection selection;
  selection.fleet = FleetSize{12, 2, 10, 1};
  selection.effects = {"none", "+100%"};
  const auto cells = replayed_cells(path, selection);
  REQUIRE(cells);
  REQUIRE(cells->size() == 2);
  CHECK((*cells)[0].effect == "none");
  CHECK(measure((*cells)[0], {20, 1, 200, 1, {"placebo"}}).front().stopped == 0);
  CHECK(measure((*cells)[1], {20, 1, 200, 1, {"placebo"}}).front().stopped == 20);
  selection.fleet = FleetSize{20, 2, 10, 1};
  const auto too_few = replayed_cells(path, selection);
  REQUIRE_FALSE(too_few);
  CHECK(too_few.error().text == path.string() +
                                    ": 14 hosts of 240 points; a gate of 20 hosts "
                                    "needs 228 points");
  std::filesystem::remove(path);
}

TEST_CASE("the grid measures every fleet with every length of history, and no cell twice") {
  const auto cells = simulated_cells({});
  REQUIRE(cells);
  using Key = std::tuple<std::string, std::string, std::size_t, std::int64_t, std::size_t>;
  std::set<Key> keys;
  std::set<std::tuple<Key, std::size_t>> all;
  for (const Cell& cell : *cells) {
    const Key key{cell.family, cell.effect, cell.hosts, cell.windows, cell.metrics};
    keys.insert(key);
    CHECK(all.emplace(key, cell.canaries).second);
  }
  for (const std::size_t hosts : {2U, 4U, 12U, 40U, 200U}) {
    for (const std::int64_t windows : {6, 12, 24, 48, 120}) {
      CHECK(keys.count({"plain", "none", hosts, windows, 1}) == 1);
      if (hosts < 200) CHECK(keys.count({"plain", "none", hosts, windows, 10}) == 1);
    }
  }
  for (const Family& family : families()) {
    INFO(family.name);
    const auto in = [&](std::string_view effect) {
      return std::ranges::count_if(*cells, [&](const Cell& cell) {
        return cell.family == family.name && cell.effect == effect;
      });
    };
    CHECK(in("none") >= 7);
    CHECK(in("+50%") >= 1);
  }
  for (const Effect& effect : effects()) {
    const std::string family = effect.name == "x5" ? "counts-005" : "plain";
    CHECK(keys.count({family, effect.name, 12, 48, 10}) == 1);
  }
}

TEST_CASE("what others find worse than a margin is beyond it, not merely worse") {
  Selection selection;
  selection.fleet = FleetSize{12, 2, 6, 1};
  selection.family = "alike";
  selection.effects = {"at-50%", "+50%"};
  const auto cells = simulated_cells(selection);
  REQUIRE(cells);
  REQUIRE(cells->size() == 2);
  const auto stopped = [&](std::size_t cell, const char* judge) {
    return measure((*cells)[cell], {20, 1, 200, 1, {judge}}).front().stopped;
  };
  CHECK(stopped(0, "mann-whitney") <= 5);
  CHECK(stopped(1, "mann-whitney") == 20);
  // Kayenta compares its margin with the estimate: on the boundary half of them are beyond it.
  CHECK(stopped(0, "kayenta") < 20);
  CHECK(stopped(1, "kayenta") == 20);
}
