// How restless hosts are, and what a contrast makes of it.
#include "checks/judge/restless.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "checks/judge/contrast.h"
#include "tests/judge/build.h"
#include "tests/support/simulated_fleet.h"

using namespace canarygate;
using namespace canarygate::judge;
using namespace canarygate::test;

namespace {

/// On the difference scale; the hosts in their order by name.
Cube restlessness_of(const JudgeInput& input, bool before_after = false) {
  const Fleet fleet = make_fleet(input);
  const Points rows{Rows(fleet, input.metrics[0].values, input.timeline.first()), Rows(), false};
  Steps steps(input.timeline, fleet.size(), before_after);
  HostPoints points({false, 0}, input.timeline);
  for (std::size_t host = 0; host < fleet.size(); ++host) {
    points.load(rows.values, host);
    steps.add(host, points);
  }
  return steps.restlessness(input.looks_done);
}

/// Up and down by so much at every point.
double swing(std::int64_t i, double by) { return i % 2 == 0 ? by : -by; }

JudgeInput fleet_of(const Value& value) {
  JudgeInput input = input_of(line_of(20, 5, 80, 10), {"a"}, {"b"});
  add_metric(input, "load", value);
  return input;
}

double step_of(const JudgeInput& input, std::size_t host, std::int64_t i) {
  const Table& table = input.metrics[0].values;
  const std::int64_t first = input.timeline.first();
  return i > first ? table.row(host)[i - first] - table.row(host)[i - first - 1] : kNothing;
}

/// The size of host's step at point i, without what all step.
double size_of(const JudgeInput& input, std::size_t host, std::int64_t i) {
  double sum = 0;
  double count = 0;
  for (std::size_t other = 0; other < input.metrics[0].values.hosts.size(); ++other) {
    const double step = step_of(input, other, i);
    if (std::isnan(step)) continue;
    sum += step;
    count += 1;
  }
  return count > 1 ? std::abs(step_of(input, host, i) - sum / count) : kNothing;
}

}  // namespace

TEST_CASE("a host that swings twice as wide as ever is twice as restless, from that window on") {
  const Cube seen = restlessness_of(fleet_of([](const std::string& host, std::int64_t i) {
    return swing(i, host == "a" ? 1 : -1) * (i >= 1 ? 2 : 1);
  }));
  for (const std::size_t host : {0U, 1U}) {
    CHECK(seen.row(0, 4)[host] == doctest::Approx(2));
    CHECK(seen.row(1, 4)[host] == doctest::Approx(1));
    CHECK(seen.row(10, 0)[host] == doctest::Approx(1));
  }
}

TEST_CASE("what all hosts do together, and a change of level, is no restlessness") {
  const auto together = [](const std::string& host, std::int64_t i) {
    const double level = host == "a" && i >= 11 ? 50 : 0;
    return swing(i, host == "a" ? 1 : -1) + level +
           (i >= 1 ? 30 * std::sin(0.7 * static_cast<double>(i)) : 0);
  };
  const Cube seen = restlessness_of(fleet_of(together));
  // One of 19 steps counts for four, where it would be 50: (18 + 4) / 19 at the most.
  CHECK(seen.row(0, 4)[0] < 1.2);
  CHECK(seen.row(0, 1)[0] == doctest::Approx(seen.row(0, 1)[1]));
  CHECK(seen.row(0, 1)[0] < 1.1);
}

TEST_CASE("without a baseline a host's steps are its own") {
  JudgeInput input = input_of(line_of(20, 5, 80, 10), {"a"}, {});
  add_metric(input, "load",
             [](const std::string&, std::int64_t i) { return swing(i, i >= 1 ? 3 : 1); });
  CHECK(restlessness_of(input, true).row(0, 4)[0] == doctest::Approx(3));
  CHECK(std::isnan(restlessness_of(input).row(0, 4)[0]));
}

TEST_CASE("a host that never moves, or has no past, is not said to be restless") {
  const Cube seen = restlessness_of(fleet_of([](const std::string& host, std::int64_t i) {
    if (host == "b" && i < 1) return kNothing;
    return host == "a" && i < 1 ? 5.0 : swing(i, 1);
  }));
  CHECK(std::isnan(seen.row(0, 4)[0]));
  CHECK(std::isnan(seen.row(0, 4)[1]));
}

TEST_CASE("restlessness is the mean of capped steps by the median of the past, step by step") {
  FleetPlan plan;
  plan.hosts = 5;
  plan.metrics = 1;
  plan.windows = 6;
  plan.missing = 0.1;
  plan.noise_later = 2;
  const JudgeInput input = simulate(plan, 41);
  const Timeline& line = input.timeline;
  const Cube seen = restlessness_of(input);
  for (std::size_t host = 0; host < 5; ++host) {
    // Of a past this short every step counts.
    REQUIRE(-line.gap - line.first() < 1024);
    std::vector<double> past;
    for (std::int64_t i = line.first(); i <= -line.gap; ++i) {
      if (!std::isnan(size_of(input, host, i))) past.push_back(size_of(input, host, i));
    }
    std::ranges::sort(past);
    const std::size_t half = past.size() / 2;
    const double median = past.size() % 2 == 1 ? past[half] : (past[half - 1] + past[half]) / 2;
    double usual = 0;
    for (const double size : past) usual += std::min(size / median, 4.0);
    usual /= static_cast<double>(past.size());
    for (const std::size_t look : {0U, 3U}) {
      for (const std::size_t w : {0U, 4U}) {
        const std::int64_t base = w == 0 ? 0 : line.bases[w - 1];
        double sum = 0;
        double count = 0;
        for (std::int64_t i = base + 2; i <= base + line.looks[look]; ++i) {
          const double size = size_of(input, host, i);
          if (std::isnan(size)) continue;
          sum += std::min(size / median, 4.0);
          count += 1;
        }
        if (count == 0) {
          CHECK(std::isnan(seen.row(w, look)[host]));
          continue;
        }
        // Steps are kept in single precision.
        CHECK(seen.row(w, look)[host] == doctest::Approx(sum / count / usual).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("a restless group's part of the noise grows, and is trusted as its steps are many") {
  const std::vector<double> d{1, 0, 0, 0};
  const std::vector<std::uint32_t> canary{0};
  const auto contrast = [&](double ours, double theirs, double steps) {
    const WindowNoise noise{std::vector<double>(4, 0.09), {ours, theirs, theirs, theirs}, steps};
    return WindowContrast(d, noise, false).of(canary, {});
  };
  CHECK(contrast(1, 1, 19).noise == doctest::Approx(std::sqrt(0.09 + 0.03)));
  CHECK(contrast(0.5, 0.8, 19).noise == contrast(1, 1, 19).noise);  // calm is not rewarded
  CHECK(std::isinf(contrast(1, 1, 19).degrees));
  // (6 + 19·2) / (6 + 19) = 1.76, and what is beyond 1 doubled.
  CHECK(contrast(2, 1, 19).noise == doctest::Approx(std::sqrt(2.52 * 2.52 * 0.09 + 0.03)));
  const double beyond = (2.52 * 2.52 - 1) * 0.09;
  const double all = 2.52 * 2.52 * 0.09 + 0.03;
  CHECK(contrast(2, 1, 19).degrees ==
        doctest::Approx(all * all / (beyond * beyond / (0.5 * 19)) * 3 / 4));
  CHECK(contrast(2, 2, 19).degrees > contrast(2, 2, 3).degrees);
}

namespace {

Finding noisier_canary(const std::string& summary, double times) {
  JudgeInput input = input_of(line_of(20, 5, 80, 24), {"c", "d"}, {"e", "f", "g", "h", "i", "j"});
  stats::Random random(42);
  MetricData& data = add_metric(input, "latency", [&](const std::string& host, std::int64_t i) {
    const bool affected = i >= 1 && host < "e";
    return std::exp(0.2 * normal(random) * (affected ? times : 1));
  });
  data.spec.summary = summary;
  return only_finding(input);
}

std::vector<Reason> of_spread(const Finding& finding) {
  std::vector<Reason> found;
  for (const Reason& warning : finding.warnings) {
    if (warning.code == "not_tested_spread") found.push_back(warning);
  }
  return found;
}

}  // namespace

TEST_CASE("a canary that only spreads wider passes, and the report says that this was not tested") {
  const Finding wider = noisier_canary("mean", 2);
  CHECK(wider.verdict == Verdict::pass);
  REQUIRE(of_spread(wider).size() == 1);
  CHECK(of_spread(wider)[0].text.starts_with("'latency' moves "));
  CHECK(of_spread(wider)[0].text.ends_with(
      " times as much as usual from point to point on the canary; that it spreads wider was not "
      "tested, only its level: ask for a high quantile, such as 'summary: p90', to have that "
      "tested, too"));
  CHECK(of_spread(noisier_canary("mean", 1)).empty());
}

TEST_CASE("a high quantile tests the spread, so nothing is left to be said of it") {
  const Finding tested = noisier_canary("p90", 3);
  CHECK(tested.verdict == Verdict::fail);
  CHECK(of_spread(tested).empty());
}
