// The canary against its own past, where a baseline of few hosts may have moved itself.
#include "checks/judge/own_past.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/judge/build.h"
#include "tests/support/simulated_fleet.h"

using namespace canarygate;
using namespace canarygate::judge;
using namespace canarygate::test;

namespace {

/// Two hosts over eight windows, with levels 3 and -5: what they do together and what each does by
/// itself, in turn.
Cube two_hosts(double together, double apart, double canary_now, double baseline_now) {
  Cube d(9, 1, 2);
  for (std::size_t w = 1; w < 9; ++w) {
    const double common = w % 2 == 0 ? together : -together;
    const double own = w % 4 < 2 ? apart : -apart;
    d.row(w, 0)[0] = 3 + common + own;
    d.row(w, 0)[1] = -5 + common - own;
  }
  d.row(0, 0)[0] = 3 + canary_now;
  d.row(0, 0)[1] = -5 + baseline_now;
  return d;
}

const std::vector<std::uint32_t> kCanary{0};
const std::vector<std::uint32_t> kBaseline{1};

Finding finding_of(double canary_change, double baseline_change, std::int64_t windows = 40) {
  JudgeInput input = input_of(line_of(20, 5, 80, windows), {"c"}, {"b"});
  stats::Random random(51);
  add_metric(input, "load", [&](const std::string& host, std::int64_t i) {
    const double change = host == "c" ? canary_change : baseline_change;
    return std::exp(0.1 * normal(random) + (i >= 1 ? change : 0));
  });
  return only_finding(input);
}

}  // namespace

TEST_CASE("where hosts have nothing in common the canary is compared with its own past alone") {
  // Each window's hosts are 1 above and 1 below their mean: (1 + 1) / (2 - 1) = 2 is their own
  // variance, more than the 1 of their squares, so that nothing is common.
  const OwnPast past(two_hosts(0, 1, 0.5, -7));
  CHECK(past.alone(0, kCanary).value == doctest::Approx(0.5));
  CHECK(past.alone(0, kCanary).error == doctest::Approx(std::sqrt(2.0)));
  const OwnPast::Change change = past.of(0, kCanary, kBaseline);
  CHECK(change.value == doctest::Approx(0.5));
  CHECK(change.error == doctest::Approx(std::sqrt(2 + 7.0 * 7.0 / 8)));  // β is of 8 windows
}

TEST_CASE("where hosts rise and fall together the baseline says what is expected of the canary") {
  // Own variance 2·0.01, of all squares 100 + 0.01.
  const OwnPast::Change change = OwnPast(two_hosts(10, 0.1, 0.5, -7)).of(0, kCanary, kBaseline);
  const double common = 100.01 - 0.02;
  const double likely = common / (common + 0.02);
  const double doubt = (1 - likely * likely) / std::sqrt(8.0);
  CHECK(change.value == doctest::Approx(0.5 + (likely - doubt) * 7));
  CHECK(change.error == doctest::Approx(std::sqrt(0.02 + likely * 0.02 + 49 * doubt * doubt)));
}

TEST_CASE("a lone baseline host that falls does not stop a canary that is as ever") {
  CHECK(finding_of(0, 0).verdict == Verdict::pass);
  CHECK(finding_of(0, -2).verdict == Verdict::pass);
  CHECK(finding_of(2, 0).verdict == Verdict::fail);
}

TEST_CASE("a canary that alone does not follow the fall that it always followed is stopped") {
  JudgeInput input = input_of(line_of(20, 5, 80, 40), {"c"}, {"b"});
  stats::Random random(52);
  add_metric(input, "load", [&](const std::string& host, std::int64_t i) {
    // A slow tide for both, to the end of which the canary stays up.
    const double tide = 2 * std::sin(0.02 * static_cast<double>(i < 1 || host == "b" ? i : 0));
    return std::exp(0.1 * normal(random) + tide - (i >= 1 && host == "b" ? 2 : 0));
  });
  CHECK(only_finding(input).verdict == Verdict::fail);
}

TEST_CASE("a canary that rises is stopped however far the baseline falls at the same time") {
  for (const double fall : {0.0, -0.7, -2.0, -4.0}) {
    CAPTURE(fall);
    CHECK(finding_of(1, fall, 8).verdict == Verdict::fail);
  }
}
