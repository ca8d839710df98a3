// How often the judge is wrong, and how much it sees: over many simulated gates with fixed seeds.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/judge/build.h"
#include "tests/support/simulated_fleet.h"

using namespace canarygate;
using namespace canarygate::judge;
using namespace canarygate::test;

namespace {

double share_failed(const FleetPlan& plan, int runs, std::uint64_t seed) {
  int failed = 0;
  for (int run = 0; run < runs; ++run) {
    JudgeInput input = simulate(plan, seed + static_cast<std::uint64_t>(run));
    input.settings.placebos = 1000;
    failed += judge::judge(input).stopped_at_look ? 1 : 0;
  }
  return static_cast<double>(failed) / runs;
}

/// The same numbers to all that is printed; shares of draws and verdicts exactly. (An adjusted p is
/// no share where the normal distribution is its floor.)
void check_same(const Finding& a, const Finding& b) {
  CHECK(a.metric == b.metric);
  CHECK(a.verdict == b.verdict);
  CHECK(a.p_value == b.p_value);
  CHECK(*a.adjusted_p_value == doctest::Approx(*b.adjusted_p_value).epsilon(1e-9));
  CHECK(*a.effect.estimate == doctest::Approx(*b.effect.estimate).epsilon(1e-9));
  CHECK(*a.sensitivity == doctest::Approx(*b.sensitivity).epsilon(1e-9));
  CHECK(a.stopped_at_look == b.stopped_at_look);
}

}  // namespace

TEST_CASE("when nothing is wrong the whole gate fails no more often than its budget") {
  FleetPlan plan;
  plan.windows = 24;
  const int runs = 400;
  CHECK(share_failed(plan, runs, 1000) <= 0.01 + 3 * std::sqrt(0.01 * 0.99 / runs));
}

TEST_CASE("new pods on hosts that differ are not blamed for it") {
  FleetPlan plan;
  plan.canaries = 4;
  plan.metrics = 1;
  plan.windows = 24;
  plan.level_sd = 0.3;
  plan.canaries_have_past = false;
  const int runs = 200;
  CHECK(share_failed(plan, runs, 2000) <= 0.01 + 3 * std::sqrt(0.01 * 0.99 / runs));
}

TEST_CASE("with two hosts and little history the budget still holds") {
  FleetPlan plan;
  plan.hosts = 2;
  plan.canaries = 1;
  plan.metrics = 4;
  plan.windows = 12;
  const int runs = 200;
  CHECK(share_failed(plan, runs, 3000) <= 0.01 + 3 * std::sqrt(0.01 * 0.99 / runs));
}

TEST_CASE("without history slow courses and spikes fail no more often than the budget") {
  FleetPlan plan;
  plan.windows = 0;
  const int runs = 200;
  for (const std::size_t hosts : {2U, 4U, 12U}) {
    plan.hosts = hosts;
    plan.canaries = hosts == 12 ? 2 : 1;
    CHECK(share_failed(plan, runs, 3500) <= 0.01 + 3 * std::sqrt(0.01 * 0.99 / runs));
  }
}

TEST_CASE("a new pod beside a single old one is not blamed for being another size") {
  FleetPlan plan;
  plan.hosts = 2;
  plan.canaries = 1;
  plan.level_sd = 0.3;
  plan.windows = 12;
  plan.canaries_have_past = false;
  const int runs = 200;
  CHECK(share_failed(plan, runs, 3600) <= 0.01 + 3 * std::sqrt(0.01 * 0.99 / runs));
}

TEST_CASE("a past of five windows is enough for honest verdicts, whatever the deploy took") {
  FleetPlan plan;
  plan.points = 10;
  plan.past = 50;
  const int runs = 200;
  for (const std::size_t hosts : {2U, 4U, 16U}) {
    for (const std::int64_t deploy : {0, 20}) {
      plan.hosts = hosts;
      plan.canaries = hosts == 16 ? 2 : 1;
      plan.deploy = deploy;
      CHECK(share_failed(plan, runs, 3650) <= 0.01 + 3 * std::sqrt(0.01 * 0.99 / runs));
    }
  }
}

TEST_CASE("a past of five windows finds a doubling on two of sixteen hosts") {
  FleetPlan plan;
  plan.hosts = 16;
  plan.points = 10;
  plan.past = 50;
  plan.effect = [](std::int64_t) { return std::log(2.0); };
  for (const std::int64_t deploy : {0, 20}) {
    plan.deploy = deploy;
    CHECK(share_failed(plan, 50, 4100) >= 0.8);
    CHECK(judge::judge(simulate(plan, 4100)).evidence == Evidence::moderate);
  }
}

TEST_CASE("points that are missing here and there are never called silence") {
  for (const std::int64_t windows : {0, 6}) {
    for (const double share : {0.1, 0.3}) {
      FleetPlan plan;
      plan.windows = windows;
      plan.metrics = 10;
      int silent = 0;
      for (std::uint64_t run = 0; run < 60; ++run) {
        JudgeInput input = simulate(plan, 3700 + run);
        input.settings.placebos = 100;
        stats::Random random(run);
        for (MetricData& data : input.metrics) {
          for (double& value : data.values.values) {
            if (random.uniform() < share) value = kNothing;
          }
        }
        for (const Finding& finding : judge::judge(input).findings) {
          silent += code_of(finding) == "canary_silent" ? 1 : 0;
        }
      }
      CHECK(silent == 0);
    }
  }
}

TEST_CASE("small whole numbers with spikes stop nothing, and half as much again is seen in them") {
  // By their means 2.4 % of such gates were stopped for nothing, and 12 % found.
  FleetPlan plan;
  plan.windows = 12;
  plan.whole_numbers = true;
  const int runs = 400;
  CHECK(share_failed(plan, runs, 5500) <= 0.01 + 3 * std::sqrt(0.01 * 0.99 / runs));
  plan.effect = [](std::int64_t) { return std::log(1.5); };
  CHECK(share_failed(plan, 100, 5500) >= 0.44 - 3 * std::sqrt(0.44 * 0.56 / 100));
}

TEST_CASE("bursts in a metric whose points are capped are found nine times in ten") {
  FleetPlan plan;
  plan.windows = 24;
  plan.metrics = 1;
  plan.whole_numbers = true;
  plan.effect = [](std::int64_t i) { return i % 4 == 0 ? std::log(25.0) : 0.0; };
  CHECK(share_failed(plan, 100, 5700) >= 0.9);
}

TEST_CASE("where all hosts rise far beyond the past, caps hide no difference between them") {
  FleetPlan plan;
  plan.windows = 24;
  plan.metrics = 1;
  plan.whole_numbers = true;
  plan.effect = [](std::int64_t) { return std::log(2.0); };
  int failed = 0;
  int failed_by_means = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    JudgeInput input = simulate(plan, 5800 + seed);
    Table& values = input.metrics[0].values;
    for (std::size_t row = 0; row < values.hosts.size(); ++row) {
      for (std::int64_t i = 1; i <= plan.points; ++i) {
        values.values[row * static_cast<std::size_t>(values.columns) +
                      static_cast<std::size_t>(i - input.timeline.first())] *= 30;
      }
    }
    failed += judge::judge(input).stopped_at_look ? 1 : 0;
    input.metrics[0].spec.summary = "mean";
    failed_by_means += judge::judge(input).stopped_at_look ? 1 : 0;
  }
  CHECK(failed_by_means >= 25);
  CHECK(failed >= failed_by_means);
}

TEST_CASE("a doubling is found nine times in ten, and early") {
  FleetPlan plan;
  plan.effect = [](std::int64_t) { return std::log(2.0); };
  CHECK(share_failed(plan, 60, 4000) >= 0.9);
}

TEST_CASE("a leak that ends half as high again is found by the end") {
  FleetPlan plan;
  plan.metrics = 1;
  plan.host_phi = 0;
  plan.effect = [](std::int64_t i) { return std::log1p(0.5 * static_cast<double>(i) / 20); };
  CHECK(share_failed(plan, 40, 5000) >= 0.9);
}

TEST_CASE("eighteen errors in an hour where there were none are found, of one host's too") {
  FleetPlan plan;
  plan.hosts = 4;
  plan.canaries = 1;
  plan.metrics = 1;
  plan.windows = 24;
  plan.points = 60;
  plan.step = std::chrono::minutes(1);
  plan.events = 0.0005;
  plan.rate_spread = 0;
  plan.effect = [](std::int64_t) { return std::log(0.3 / 0.0005); };
  CHECK(share_failed(plan, 100, 12'000) >= 0.95);
}

TEST_CASE("noise that doubles for all hosts stops no release, even where they are few") {
  for (const std::size_t hosts : {2U, 4U}) {
    FleetPlan plan;
    plan.hosts = hosts;
    plan.canaries = 1;
    plan.metrics = 10;
    plan.noise_later = 2;
    const int runs = 200;
    CHECK(share_failed(plan, runs, 13'000) <= 0.025 + 3 * std::sqrt(0.025 * 0.975 / runs));
  }
}

TEST_CASE("a canary that only becomes twice as noisy has not become worse") {
  FleetPlan plan;
  plan.metrics = 1;
  plan.canary_noise_now = 2;
  const int runs = 400;
  CHECK(share_failed(plan, runs, 14'000) <= 0.025 + 3 * std::sqrt(0.025 * 0.975 / runs));
}

TEST_CASE("a margin is room for change: at it nothing fails, well beyond it everything") {
  for (const double effect : {0.10, 1.2}) {
    int failed = 0;
    for (std::uint64_t run = 0; run < 60; ++run) {
      FleetPlan plan;
      plan.metrics = 1;
      plan.effect = [&](std::int64_t) { return std::log1p(effect); };
      JudgeInput input = simulate(plan, 6000 + run);
      input.settings.placebos = 500;
      input.metrics[0].spec.allow = 0.10;
      failed += judge::judge(input).stopped_at_look ? 1 : 0;
    }
    if (effect < 1) CHECK(failed <= 3);
    if (effect > 1) CHECK(failed >= 57);
  }
}

TEST_CASE("the 95 % interval holds the true change at least 95 times in 100, and is no barn door") {
  int covered = 0;
  double width = 0;
  for (std::uint64_t run = 0; run < 80; ++run) {
    FleetPlan plan;
    plan.metrics = 1;
    plan.windows = 24;
    plan.effect = [](std::int64_t) { return std::log(1.5); };
    JudgeInput input = simulate(plan, 6500 + run);
    input.settings.placebos = 500;
    const Finding finding = only_finding(input);
    REQUIRE(finding.effect.lower);
    REQUIRE(finding.effect.upper);
    covered += *finding.effect.lower <= 0.5 && 0.5 <= *finding.effect.upper ? 1 : 0;
    width += (*finding.effect.upper - *finding.effect.lower) / 80;
  }
  CHECK(covered >= 76);
  CHECK(width < 1.2);
}

TEST_CASE("each direction of `worse` fails on its own side, `either` on both") {
  for (const double effect : {1.2, -1.2}) {
    FleetPlan plan;
    plan.metrics = 1;
    plan.effect = [&](std::int64_t) { return effect; };
    JudgeInput input = simulate(plan, 6600);
    const auto failed = [&](Worse worse) {
      input.metrics[0].spec.worse = worse;
      return only_finding(input).verdict == Verdict::fail;
    };
    CHECK(failed(Worse::higher) == (effect > 0));
    CHECK(failed(Worse::lower) == (effect < 0));
    CHECK(failed(Worse::either));
  }
}

TEST_CASE("a sharp small shift under its margin passes") {
  FleetPlan plan;
  plan.metrics = 1;
  plan.host_sd = 0.0005;
  plan.spikes = 0;
  plan.effect = [](std::int64_t) { return 0.002; };
  JudgeInput input = simulate(plan, 7000);
  CHECK(only_finding(input).verdict == Verdict::fail);
  input.metrics[0].spec.allow = 0.05;
  CHECK(only_finding(input).verdict == Verdict::pass);
}

TEST_CASE("the order of metrics, hosts and rows changes nothing") {
  FleetPlan plan;
  plan.effect = [](std::int64_t) { return 0.35; };
  const JudgeInput input = simulate(plan, 8000);
  const Judgement straight = judge::judge(input);
  JudgeInput turned = input;
  std::ranges::reverse(turned.metrics);
  std::ranges::reverse(turned.canary);
  std::ranges::reverse(turned.baseline);
  for (MetricData& data : turned.metrics) {
    Table table{data.values.hosts, data.values.columns, {}};
    std::ranges::reverse(table.hosts);
    for (std::size_t row = table.hosts.size(); row-- > 0;) {
      table.values.insert(table.values.end(), data.values.row(row),
                          data.values.row(row) + table.columns);
    }
    data.values = table;
  }
  const Judgement other = judge::judge(turned);
  CHECK(straight.placebos == other.placebos);
  REQUIRE(straight.findings.size() == other.findings.size());
  for (std::size_t i = 0; i < straight.findings.size(); ++i) {
    const Finding& a = straight.findings[i];
    const Finding& b = other.findings[straight.findings.size() - 1 - i];
    check_same(a, b);
    CHECK(a.reasons == b.reasons);
  }
}

TEST_CASE("the same input gives the same judgement, another seed other draws") {
  FleetPlan plan;
  plan.metrics = 1;
  JudgeInput input = simulate(plan, 9000);
  const Finding first = only_finding(input);
  const Finding second = only_finding(input);
  CHECK(first.p_value == second.p_value);
  CHECK(first.effect.lower == second.effect.lower);
  input.seed += 1;
  CHECK(only_finding(input).effect.lower != first.effect.lower);
}

TEST_CASE("another unit changes nothing on the ratio scale") {
  FleetPlan plan;
  plan.metrics = 1;
  JudgeInput input = simulate(plan, 9100);
  const Finding seconds = only_finding(input);
  for (double& value : input.metrics[0].values.values) value *= 1024;
  check_same(seconds, only_finding(input));
}

TEST_CASE("another zero changes nothing on the difference scale") {
  FleetPlan plan;
  plan.metrics = 1;
  JudgeInput input = simulate(plan, 9200);
  input.metrics[0].spec.scale = Scale::difference;
  input.metrics[0].spec.judge = input.settings;
  input.metrics[0].spec.judge->detect = 1e9;  // relative to the level, which does change
  const Finding kelvin = only_finding(input);
  CHECK(kelvin.effect.kind == Effect::Kind::difference);
  for (double& value : input.metrics[0].values.values) value += 256;
  check_same(kelvin, only_finding(input));
}
