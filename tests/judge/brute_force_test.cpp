// The judge's algebra against the formulas of the method, written down the slow way.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "checks/judge/fallback.h"
#include "checks/judge/trial.h"
#include "checks/stats/distributions.h"
#include "checks/stats/summary.h"
#include "tests/judge/build.h"
#include "tests/support/simulated_fleet.h"

using namespace canarygate;
using namespace canarygate::judge;
using namespace canarygate::test;

namespace {

/// Windows × one look × hosts of noise with levels; here and there a hole.
Cube random_cube(std::size_t windows, std::size_t hosts, stats::Random& random, bool holes) {
  Cube cube(windows, 1, hosts);
  for (std::size_t h = 0; h < hosts; ++h) {
    const double level = normal(random);
    for (std::size_t w = 0; w < windows; ++w) {
      cube.row(w, 0)[h] = level + normal(random) * (h == 0 ? 3 : 1);
      if (holes && w > 0 && random.below(10) == 0) cube.row(w, 0)[h] = kMissing;
    }
  }
  return cube;
}

std::vector<double> window_deviations(const Cube& d, std::size_t w) {
  double sum = 0;
  double count = 0;
  for (const double value : d.span(w, 0)) {
    if (std::isnan(value)) continue;
    sum += value;
    count += 1;
  }
  std::vector<double> out;
  for (const double value : d.span(w, 0)) out.push_back(value - sum / count);
  return out;
}

/// σ² of host h as window `own` may know it, by the formula.
double host_variance(const Cube& d, std::size_t h, std::size_t own) {
  std::vector<std::vector<double>> squares(d.hosts);
  std::vector<double> all;
  double left = kMissing;
  for (std::size_t host = 0; host < d.hosts; ++host) {
    for (std::size_t w = 1; w < d.windows; ++w) {
      const double e = window_deviations(d, w)[host];
      if (!std::isnan(e)) squares[host].push_back(e * e);
    }
    const double cap = stats::quantile(squares[host], 0.9);
    for (double& square : squares[host]) square = std::min(square, cap);
    all.insert(all.end(), squares[host].begin(), squares[host].end());
    if (host == h && own > 0) {
      const double e = window_deviations(d, own)[h];
      left = std::min(e * e, cap);
    }
  }
  double sum = std::accumulate(squares[h].begin(), squares[h].end(), 0.0);
  auto count = static_cast<double>(squares[h].size());
  if (!std::isnan(left)) {
    sum -= left;
    count -= 1;
  }
  return (4 * stats::mean(all) + sum) / (4 + count);
}

/// Over all hosts and history windows but `left_out`, both sides centred by window.
double slope_without(const Summaries& summaries, std::size_t left_out) {
  double xx = 0;
  double xy = 0;
  for (std::size_t w = 1; w < 5; ++w) {
    if (w == left_out) continue;
    double y_mean = 0;
    double r_mean = 0;
    for (std::size_t h = 0; h < 6; ++h) {
      y_mean += summaries.window.row(w, 0)[h] / 6;
      r_mean += summaries.reference[w * 6 + h] / 6;
    }
    for (std::size_t h = 0; h < 6; ++h) {
      const double r = summaries.reference[w * 6 + h] - r_mean;
      xx += r * r;
      xy += r * (summaries.window.row(w, 0)[h] - y_mean);
    }
  }
  return std::min(1.0, xy / xx);
}

}  // namespace

TEST_CASE("a contrast is the canary's mean less the trimmed mean of the others, over v and s") {
  stats::Random random(101);
  for (const std::size_t hosts : {4U, 8U, 14U}) {
    const Cube d = random_cube(6, hosts, random, hosts == 8);
    const HostNoise noise(d, false);
    const std::vector<std::uint32_t> canary{1, 2};
    const std::vector<std::uint32_t> left_out{3};
    for (const std::size_t w : {0U, 2U, 5U}) {
      const WindowContrast window(d.span(w, 0), noise.of(w, 0), false);
      const Contrast contrast = window.of(canary, left_out);
      double sum = 0;
      double k = 0;
      double v = 0;
      std::vector<double> others;
      std::vector<double> relative;
      double other_v = 0;
      std::vector<double> level;
      for (std::size_t h = 0; h < hosts; ++h) {
        if (!std::isnan(d.row(w, 0)[h])) level.push_back(d.row(w, 0)[h]);
      }
      const double centre = stats::median(level);
      for (std::size_t h = 0; h < hosts; ++h) {
        const double value = d.row(w, 0)[h];
        if (std::isnan(value) || h == 3) continue;
        const double variance = host_variance(d, h, w);
        if (h == 1 || h == 2) {
          sum += value;
          k += 1;
          v += variance;
        } else {
          others.push_back(value);
          other_v += variance;
          relative.push_back((value - centre) / std::sqrt(variance));
        }
      }
      const auto m = static_cast<double>(others.size());
      CHECK(contrast.difference ==
            doctest::Approx(sum / k - stats::trimmed_mean(others, others.size() / 10)));
      CHECK(contrast.noise == doctest::Approx(std::sqrt(v / (k * k) + other_v / (m * m))));
      if (others.size() >= 5) {
        const std::size_t cut = std::max<std::size_t>(1, others.size() / 10);
        CHECK(contrast.spread == doctest::Approx(stats::winsorised_sd(relative, cut)));
      } else {
        CHECK(std::isnan(contrast.spread));
      }
    }
  }
}

TEST_CASE("theta is the least-squares slope on the reference over the other windows") {
  stats::Random random(102);
  Summaries summaries{random_cube(5, 6, random, false), {}};
  for (std::size_t i = 0; i < 5 * 6; ++i) {
    summaries.reference.push_back(summaries.window.values[i] * 0.6 + normal(random));
  }
  const Fleet fleet;
  const Cube d = adjust(summaries, {fleet, true, {}, false});
  for (std::size_t now = 0; now < 5; ++now) {
    const double theta = slope_without(summaries, now);
    REQUIRE(theta > 0);
    CHECK(d.row(now, 0)[3] == doctest::Approx(summaries.window.row(now, 0)[3] -
                                              theta * summaries.reference[now * 6 + 3]));
  }
}

TEST_CASE("a host's usual level is its mean over the windows of other days") {
  stats::Random random(103);
  const Summaries summaries{random_cube(7, 3, random, true), std::vector<double>(21, kMissing)};
  const std::vector<std::int64_t> days{0, 1, 1, 2, 2, 3, 3};
  const Fleet fleet;
  const Cube d = adjust(summaries, {fleet, false, days, false});
  for (std::size_t w = 0; w < 7; ++w) {
    for (std::size_t h = 0; h < 3; ++h) {
      std::vector<double> others;
      for (std::size_t o = 1; o < 7; ++o) {
        const double value = summaries.window.row(o, 0)[h];
        if (days[o] != days[w] && !std::isnan(value)) others.push_back(value);
      }
      const double value = summaries.window.row(w, 0)[h];
      if (std::isnan(value)) continue;
      CHECK(d.row(w, 0)[h] == doctest::Approx(value - stats::mean(others)));
    }
  }
}

TEST_CASE("adjusted p-values are those of the step-down maximum, counted out") {
  stats::Random random(104);
  const std::size_t draws = 199;
  std::vector<std::vector<double>> placebos(3);
  for (auto& metric : placebos) {
    for (std::size_t i = 0; i < draws; ++i) metric.push_back(normal(random));
  }
  const std::vector<double> seen{1.2, 3.4, 2.1};
  std::vector<Tested> tested;
  for (std::size_t m = 0; m < 3; ++m) tested.push_back({seen[m], &placebos[m], 1});
  const auto p_of = [&](const std::vector<std::size_t>& metrics, double worst) {
    double beyond = 0;
    for (std::size_t i = 0; i < draws; ++i) {
      double largest = -INFINITY;
      for (const std::size_t m : metrics) largest = std::max(largest, placebos[m][i]);
      beyond += largest >= worst ? 1 : 0;
    }
    return (1 + beyond) / (1.0 + draws);
  };
  const std::vector<double> p = adjusted_p(tested, {3, 0, 1, 1, false});
  const double first = p_of({0, 1, 2}, 3.4);
  const double second = std::max(first, p_of({0, 2}, 2.1));
  CHECK(p[1] == doctest::Approx(first));
  CHECK(p[2] == doctest::Approx(second));
  CHECK(p[0] == doctest::Approx(std::max(second, p_of({0}, 1.2))));
  // The floor: never below what as many normal scores would give.
  const std::vector<double> floored = adjusted_p(tested, {30, 0, 1, 1, true});
  CHECK(floored[1] == doctest::Approx(std::max(first, 30 * stats::normal_upper(3.4))));
}

TEST_CASE("the critical score is where the p-value crosses the budget") {
  stats::Random random(105);
  std::vector<double> placebos;
  for (int i = 0; i < 499; ++i) placebos.push_back(normal(random));
  const StepDown how{1, 0, 1, 1, false};
  const double critical = critical_score({{0, &placebos, 1}}, how, 0.05, 1);
  CHECK(adjusted_p({{std::nextafter(critical, 99.0), &placebos, 1}}, how)[0] <= 0.05);
  CHECK(adjusted_p({{critical, &placebos, 1}}, how)[0] > 0.05);
}

TEST_CASE("permutations are all other choices of as many hosts, each once") {
  const std::vector<std::uint32_t> hosts{0, 2, 3, 5, 7};
  const std::vector<std::uint32_t> canary{2, 5};
  const Draws draws = permutations(hosts, canary, 10, 1000, 1);
  CHECK(draws.size() == 9);  // 5 over 2, less the canary itself
  CHECK(distinct(draws) == 9);
}

TEST_CASE(
    "draws have today's size, time placebos come first in each window, all from who is there") {
  DrawRequest request;
  request.present = {{3, 4, 5}, {0, 1, 2, 3, 4, 5, 6}, {0, 1, 3, 4, 5}, {1, 2}, {1}};
  request.canary = {0, 1};
  request.baselines = 3;
  request.count = 60;
  request.seed = 9;
  const Draws draws = draw_history(request);
  CHECK(draws.size() == 60);
  std::size_t time_placebos = 0;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const Draw draw = draws[i];
    const auto& present = request.present[draw.window];
    CHECK(draw.window <= 2);  // two hosts, or one, are no canary and a baseline
    CHECK(draw.canary.size() == 2);
    CHECK(present.size() - draw.left_out.size() == 5);
    CHECK(std::ranges::includes(present, draw.canary));
    CHECK(std::ranges::includes(present, draw.left_out));
    if (i == 0 || draws[i - 1].window != draw.window) {
      CHECK(std::ranges::equal(draw.canary, request.canary));
      ++time_placebos;
    }
  }
  CHECK(time_placebos == 2);
  const Draws now = draw_now(request);
  CHECK(now.size() == 12);  // a window's share of 60 over five
  for (std::size_t i = 0; i < now.size(); ++i) CHECK(now[i].window == 0);
}

TEST_CASE("spending adds up to the budget and gives the early looks little") {
  const std::vector<double> spent = spending({4, 8, 12, 16, 20}, 0.01);
  CHECK(std::accumulate(spent.begin(), spent.end(), 0.0) == doctest::Approx(0.01));
  CHECK(spent[0] < 1e-7);  // 2·P[Z > 2.5758 / √.2] = 8.4e-9
  CHECK(std::ranges::is_sorted(spent));
}

TEST_CASE("Holm multiplies the smallest by all and never lets a larger one overtake") {
  const std::vector<double> p = holm({0.01, 0.04, 0.03});
  CHECK(p[0] == doctest::Approx(0.03));
  CHECK(p[2] == doctest::Approx(0.06));
  CHECK(p[1] == doctest::Approx(0.06));
}

namespace {

double degrees_with_new_canary(bool counts) {
  FleetPlan plan;
  plan.metrics = 1;
  plan.windows = 60;
  plan.level_sd = 0.01;
  plan.host_phi = 0;
  plan.spikes = 0;
  plan.canaries_have_past = false;
  JudgeInput input = simulate(plan, 106);
  if (counts) {
    MetricSpec& spec = input.metrics[0].spec;
    spec.query.clear();
    spec.errors = "errors";
    input.metrics[0].total = input.metrics[0].values;
  }
  input.looks_done = 1;
  input.timeline.looks = {20};
  Trial trial(input);
  Quality all;
  all.judged.assign(12, true);
  static_cast<void>(trial.run(0, {{all}}));
  return trial.subjects()[0].degrees;
}

}  // namespace

TEST_CASE("canary hosts without a past are judged by no more degrees than their peers allow") {
  CHECK(degrees_with_new_canary(false) == 18);  // 2·(10 - 1)
  CHECK(degrees_with_new_canary(true) == 5);    // sets of 2 among 10
}

TEST_CASE("without history the p-value is the canary's rank among all host sets of its size") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    stats::Random random(seed);
    JudgeInput input = input_of(line_of(4), {"a", "b"}, {"c", "d", "e"});
    input.settings.false_alarms = 0.1;  // 5 over 2 sets are just enough
    std::vector<double> level;
    for (int h = 0; h < 5; ++h) level.push_back(normal(random) + (h < 2 && seed % 2 == 0 ? 5 : 0));
    add_metric(input, "latency", [&](const std::string& host, std::int64_t) {
      return std::exp(level[static_cast<std::size_t>(host[0] - 'a')]);
    });
    double as_bad = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      for (std::size_t j = 0; j < i; ++j) as_bad += level[i] + level[j] >= level[0] + level[1];
    }
    const Finding finding = only_finding(input);
    CHECK(*finding.p_value == doctest::Approx(as_bad / 10));
    CHECK(finding.evidence == Evidence::moderate);
    CHECK((finding.verdict == Verdict::fail) == (as_bad == 1));
  }
}

TEST_CASE("with two hosts and a reference the p-value is Student's, by hand") {
  JudgeInput input = input_of(line_of(20, 1, 40), {"c"}, {"b"});
  add_metric(input, "latency", [](const std::string& host, std::int64_t i) {
    if (host == "b") return 1.0;
    return std::exp((i % 2 == 0 ? 1.0 : -1.0) + (i >= 1 ? 0.7 : 0.0));
  });
  const double phi = std::sqrt(1.0 / 60);
  const auto variance = [&](int n) {
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) sum += std::pow(phi, std::abs(i - j));
    }
    return sum / (n * n);
  };
  const double now = variance(20);
  const double before = variance(40);
  const double square = 60 / (60 - 20 * now - 40 * before);
  const double t = 0.7 / std::sqrt(square * (now + before));
  const Finding finding = only_finding(input);
  CHECK(finding.evidence == Evidence::weak);
  CHECK(*finding.effect.estimate == doctest::Approx(std::expm1(0.7)));
  CHECK(*finding.p_value == doctest::Approx(stats::t_upper(t, 1 / now + 1 / before - 2)));
}

TEST_CASE("counts without history vary by what was counted before, or by how hosts differ") {
  const Timeline line = line_of(10, 1, 40);
  const Sides sides{{0}, {1, 2, 3, 4}};
  Subject subject;
  subject.use_reference = true;
  CHECK(count_overdispersion(subject, line, sides, 0).value == 1.25);  // 10 points by 40
  subject.use_reference = false;
  subject.cubes.events = subject.cubes.expected = Cube(1, 1, 5);
  const std::vector<double> events{9, 2, 6, 10, 2};
  for (std::size_t h = 0; h < 5; ++h) {
    subject.cubes.events.row(0, 0)[h] = events[h];
    subject.cubes.expected.row(0, 0)[h] = 4;
  }
  // The baseline's mean is 5; (9 + 1 + 25 + 9 - 20) / 100 is the variance of its relative rates.
  const stats::Variance seen = count_overdispersion(subject, line, sides, 0);
  CHECK(seen.value == doctest::Approx(1 + 0.24 * (1 + 0.25) / (1 / 4.0 + 1 / 16.0)));
  CHECK(seen.degrees == 3);
}
