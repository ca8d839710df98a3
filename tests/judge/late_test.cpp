// The window's last quarter, summarised by itself: what grows while the gate looks on.
#include <doctest/doctest.h>

#include <cmath>

#include "checks/stats/random.h"
#include "tests/judge/build.h"
#include "tests/support/simulated_fleet.h"

using namespace canarygate;
using namespace canarygate::judge;
using namespace canarygate::test;

namespace {

/// Eight hosts of which two are canaries, 24 windows known; independent noise of 5 %. The canary's
/// points are `times` the others' from point `from` on.
JudgeInput growing_from(std::int64_t from, double times, std::int64_t points = 20) {
  JudgeInput input =
      input_of(line_of(points, 1, 2 * points, 24), {"a", "b"}, {"c", "d", "e", "f", "g", "h"});
  stats::Random random(5);
  add_metric(input, "memory", [&](const std::string& host, std::int64_t i) {
    const double noise = std::exp(0.17 * (random.uniform() - 0.5));
    return 40 * noise * (host < "c" && i >= from ? times : 1.0);
  });
  return input;
}

/// Over the window's last five points.
double late_mean(const JudgeInput& input, const std::vector<std::string>& hosts) {
  const Table& table = input.metrics[0].values;
  double sum = 0;
  for (std::size_t h = 0; h < table.hosts.size(); ++h) {
    if (std::ranges::count(hosts, table.hosts[h]) == 0) continue;
    for (std::int64_t back = 1; back <= 5; ++back) sum += table.row(h)[table.columns - back];
  }
  return sum / (5 * static_cast<double>(hosts.size()));
}

}  // namespace

TEST_CASE("a canary that is worse in the window's last quarter only is stopped for that") {
  const JudgeInput input = growing_from(16, 1.12);
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::fail);
  REQUIRE(finding.late_since);
  CHECK(*finding.late_since == input.timeline.at(15));
  // Effect and means are those of the last five points.
  CHECK(*finding.effect.estimate == doctest::Approx(0.12).epsilon(0.25));
  CHECK(*finding.canary.mean == doctest::Approx(late_mean(input, input.canary)));
  CHECK(*finding.baseline.mean == doctest::Approx(late_mean(input, input.baseline)));
  CHECK(*finding.effect.lower > 0);
  CHECK(text_of(finding).find("in the window's last quarter; such a difference") !=
        std::string::npos);
}

TEST_CASE("a canary that is worse all along is stopped by all of the window") {
  const Finding finding = only_finding(growing_from(1, 1.12));
  CHECK(finding.verdict == Verdict::fail);
  CHECK_FALSE(finding.late_since);
  CHECK(*finding.canary.mean == doctest::Approx(44.8).epsilon(0.02));
  CHECK(text_of(finding).find("quarter") == std::string::npos);
}

TEST_CASE("before the window has ended its last quarter is not looked at") {
  JudgeInput input = growing_from(16, 1.12);
  input.timeline.looks = {15, 20};
  input.looks_done = 1;
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::undecided);
  CHECK(code_of(finding) == "window_incomplete");
}

TEST_CASE("a last quarter of fewer than five points is nothing by itself") {
  CHECK(line_of(16).late == 0);
  CHECK(line_of(16).parts() == 1);
  CHECK(line_of(17).late == 5);
  CHECK(line_of(20, 5).late == 5);
  CHECK(line_of(20, 5).parts() == 6);
  CHECK(line_of(21).late == 6);
}

TEST_CASE("a leak of 50 % by the window's end is found more often than by the whole window") {
  // By the whole window alone 42 of 100; with the last quarter 61 of 100, give or take 3.5.
  FleetPlan plan;
  plan.metrics = 1;
  plan.effect = [](std::int64_t i) { return std::log1p(0.5 * static_cast<double>(i) / 20); };
  int found = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    JudgeInput input = simulate(plan, 8000 + seed);
    input.settings.placebos = 500;
    found += judge::judge(input).stopped_at_look ? 1 : 0;
  }
  CHECK(found >= 102);
}
