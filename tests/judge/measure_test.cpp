// What makes the judge fast changes nothing: points read once for all summaries, windows sorted
// only at their ends, and no more kept of a measured metric than is asked for later. Against the
// same numbers worked out one by one.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "checks/judge/choose_summary.h"
#include "checks/judge/restless.h"
#include "checks/judge/trial.h"
#include "checks/stats/summary.h"
#include "tests/judge/build.h"
#include "tests/support/simulated_fleet.h"

using namespace canarygate;
using namespace canarygate::judge;
using namespace canarygate::test;

namespace {

/// Of the points base+1..base+count, on the measure's scale.
double slow_summary(const Points& points, const Measure& measure, std::size_t host,
                    std::int64_t base, std::int64_t count, double min_coverage) {
  std::vector<double> values;
  for (std::int64_t i = base + 1; i <= base + count; ++i) {
    const double x = points.values.at(host, i);
    if (!std::isnan(x)) values.push_back(x);
  }
  const auto present = static_cast<double>(values.size());
  if (values.empty() || present < min_coverage * static_cast<double>(count)) return kMissing;
  if (measure.kind == Measure::Kind::log_of_mean) return measure.scaled(stats::mean(values));
  for (double& value : values) value = measure.scaled(value);
  if (measure.kind == Measure::Kind::capped_mean) {
    for (double& value : values) value = std::min(std::max(value, measure.low), measure.high);
    return stats::mean(values);
  }
  if (measure.kind == Measure::Kind::mean) return stats::mean(values);
  std::ranges::sort(values);
  const double at = measure.quantile * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const double above = values[std::min(below + 1, values.size() - 1)];
  return values[below] + (at - std::floor(at)) * (above - values[below]);
}

Summaries slow_summaries(const Timeline& line, const Points& points, const Measure& measure,
                         std::size_t hosts, double min_coverage) {
  const std::size_t windows = line.bases.size() + 1;
  Summaries out{Cube(line, hosts), std::vector<double>(windows * hosts, kMissing)};
  for (std::size_t w = 0; w < windows; ++w) {
    const std::int64_t base = w == 0 ? 0 : line.bases[w - 1];
    for (std::size_t host = 0; host < hosts; ++host) {
      for (std::size_t look = 0; look < line.looks.size(); ++look) {
        out.window.row(w, look)[host] =
            slow_summary(points, measure, host, base, line.looks[look], min_coverage);
      }
      if (line.late > 0) {
        out.window.row(w, line.looks.size())[host] = slow_summary(
            points, measure, host, base + line.points - line.late, line.late, min_coverage);
      }
      out.reference[w * hosts + host] = slow_summary(
          points, measure, host, base - line.gap - line.reference, line.reference, min_coverage);
    }
  }
  return out;
}

bool same(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= 1e-9 * (1 + std::abs(a));
}

bool all_same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, same);
}

FleetPlan plan_with_holes() {
  FleetPlan plan;
  plan.metrics = 1;
  plan.missing = 0.1;
  plan.windows = 12;
  return plan;
}

/// What a group's noise is more than usual, after six ordinary steps were added; counted double
/// where the others are fewer than five.
double slow_restless(const WindowNoise& noise, const std::vector<std::uint32_t>& group,
                     std::size_t others) {
  double sum = 6;
  double count = 6;
  for (const std::uint32_t host : group) {
    sum += noise.steps * noise.restlessness[host];
    count += noise.steps;
  }
  return 1 + (others < 5 ? 2 : 1) * std::max(0.0, sum / count - 1);
}

/// The contrast of one draw, of whoever has a number.
Contrast slow_contrast(std::span<const double> d, const WindowNoise& noise, double centre,
                       const Draw& draw) {
  const std::vector<double>& variances = noise.variances;
  std::vector<std::uint32_t> ours;
  std::vector<std::uint32_t> theirs;
  std::vector<double> canary;
  std::vector<double> others;
  std::vector<double> relative;
  double canary_variances = 0;
  double other_variances = 0;
  for (std::uint32_t host = 0; host < d.size(); ++host) {
    if (std::isnan(d[host]) || std::ranges::count(draw.left_out, host) > 0) continue;
    if (std::ranges::count(draw.canary, host) > 0) {
      canary.push_back(d[host]);
      ours.push_back(host);
      canary_variances += variances[host];
    } else {
      others.push_back(d[host]);
      theirs.push_back(host);
      other_variances += variances[host];
      relative.push_back((d[host] - centre) / std::sqrt(variances[host]));
    }
  }
  Contrast out;
  if (canary.empty() || others.empty()) return out;
  const auto k = static_cast<double>(canary.size());
  const auto m = static_cast<double>(others.size());
  out.difference = stats::mean(canary) - stats::trimmed_mean(others, others.size() / 10);
  out.noise =
      std::hypot(slow_restless(noise, ours, others.size()) * std::sqrt(canary_variances) / k,
                 slow_restless(noise, theirs, others.size()) * std::sqrt(other_variances) / m);
  if (others.size() >= 5) {
    out.spread = stats::winsorised_sd(relative, std::max<std::size_t>(1, others.size() / 10));
  }
  return out;
}

double median_of(std::span<const double> d) {
  std::vector<double> present;
  for (const double value : d) {
    if (!std::isnan(value)) present.push_back(value);
  }
  return stats::median(present);
}

/// How a metric of eight hosts is summarised, with `value` at a point.
Measure::Kind chosen_for(std::int64_t windows, const std::function<double(std::int64_t)>& value) {
  JudgeInput input =
      input_of(line_of(20, 5, 0, windows), {"a"}, {"b", "c", "d", "e", "f", "g", "h"});
  add_metric(input, "latency", [&](const std::string&, std::int64_t i) { return value(i); });
  Trial trial(input);
  Quality quality;
  quality.judged.assign(8, true);
  static_cast<void>(trial.run(4, std::vector(5, std::vector{quality})));
  return trial.subjects()[0].scale.kind;
}

/// Of a metric of which, where `spiky(window)`, a tenth of the points is thirty times as high, and
/// none is there where not `there(window)`; window 1 is the youngest.
Measure::Kind chosen_with(std::int64_t windows, const std::function<bool(std::int64_t)>& spiky,
                          const std::function<bool(std::int64_t)>& there) {
  stats::Random random(35);
  return chosen_for(windows, [&](std::int64_t i) {
    const std::int64_t window = i > 0 ? 0 : 1 - i / 20;
    const double ordinary = std::exp(0.1 * normal(random));
    const bool spike = random.below(10) == 0;
    if (window > 0 && !there(window)) return kNothing;
    return window > 0 && spike && spiky(window) ? 30 * ordinary : ordinary;
  });
}

/// As score_draws for draws in the history.
std::vector<double> slow_scores(const Cube& d, const HostNoise& noise, const Draws& draws) {
  std::vector<double> scores(draws.size() * d.parts);
  for (std::size_t part = 0; part < d.parts; ++part) {
    std::vector<Contrast> contrasts;
    std::vector<double> spreads;
    for (std::size_t i = 0; i < draws.size(); ++i) {
      const std::size_t w = draws[i].window;
      contrasts.push_back(
          slow_contrast(d.span(w, part), noise.of(w, part), median_of(d.span(w, part)), draws[i]));
      if (!std::isnan(contrasts.back().spread)) spreads.push_back(contrasts.back().spread);
    }
    const double typical = spreads.empty() ? 0.0 : stats::median(spreads);
    for (std::size_t i = 0; i < draws.size(); ++i) {
      scores[i * d.parts + part] = contrasts[i].score(typical);
    }
  }
  return scores;
}

/// Whom a trial of this one metric draws from: whoever is in the window.
DrawRequest request_of(const JudgeInput& input, const Subject& subject, const Sides& today) {
  DrawRequest request{std::vector<std::vector<std::uint32_t>>(subject.present.size()), today.canary,
                      today.baseline.size(), static_cast<std::size_t>(input.settings.placebos),
                      input.seed};
  request.present[0] = today.baseline;
  for (std::size_t w = 1; w < request.present.size(); ++w) {
    for (std::uint32_t host = 0; host < subject.present[w].size(); ++host) {
      if (subject.present[w][host]) request.present[w].push_back(host);
    }
  }
  return request;
}

/// A trial of the whole window; the null of its only metric, and that worked out slowly.
void check_null(const JudgeInput& input) {
  Trial trial(input);
  Quality quality;
  for (std::size_t host = 0; host < trial.fleet().size(); ++host) {
    double points = 0;
    for (std::int64_t i = 1; i <= input.timeline.points; ++i) {
      points += trial.subjects()[0].points.present(host, i) ? 1 : 0;
    }
    quality.judged.push_back(points >= 0.6 * static_cast<double>(input.timeline.points));
  }
  const std::size_t looks = input.timeline.looks.size();
  static_cast<void>(trial.run(looks - 1, std::vector(looks, std::vector{quality})));
  const Subject& subject = trial.subjects()[0];
  const Sides today = sides_of(trial.fleet(), quality.judged);
  const DrawRequest request = request_of(input, subject, today);
  const Draws draws = draw_history(request);
  const Draws now = draw_now(request);
  const PartWeights weights = part_weights(input.timeline);
  const Worse worse = input.metrics[0].spec.worse;
  Null null;
  if (subject.counts) {
    const SummaryRequest wanted{trial.fleet(), input.timeline, subject.points, 0.6,
                                input.looks_done};
    const CountCubes cubes = count_cubes(wanted, subject.use_reference, false);
    null = make_null(score_count_draws(cubes, draws, worse), weights, worse, true);
    extend_null(null, score_count_draws(cubes, now, worse), weights, worse);
  } else {
    const Summaries slow =
        slow_summaries(input.timeline, subject.points, subject.scale, trial.fleet().size(), 0.6);
    const Cube d = adjust(slow, {trial.fleet(), subject.use_reference, subject.level_groups, false,
                                 input.timeline.older_windows()});
    Steps steps(input.timeline, trial.fleet().size(), false);
    HostPoints points(subject.scale, input.timeline);
    for (std::size_t host = 0; host < trial.fleet().size(); ++host) {
      points.load(subject.points.values, host);
      steps.add(host, points);
    }
    HostNoise noise(d, false, input.timeline.older_windows());
    noise.set_restlessness(steps.restlessness(input.looks_done), input.timeline.looks, false);
    null = make_null(slow_scores(d, noise, draws), weights, worse, false);
    extend_null(null,
                score_draws({d, noise, now, false, today.baseline, subject.typical_spread}).scores,
                weights, worse);
  }
  REQUIRE(subject.null.available >= 100);
  CHECK(subject.null.available == null.available);
  CHECK(all_same(subject.null.sd, null.sd));
  CHECK(all_same(subject.null.worst, null.worst));
  CHECK(same(subject.null.two_sided, null.two_sided));
}

}  // namespace

TEST_CASE("all summaries of all stretches are those of their own points") {
  for (const std::int64_t points : {20, 60}) {  // few and many a stretch
    FleetPlan plan = plan_with_holes();
    plan.points = points;
    const JudgeInput input = simulate(plan, 31);
    const Fleet fleet = make_fleet(input);
    const Points rows{Rows(fleet, input.metrics[0].values, input.timeline.first()), Rows(), false};
    for (const bool ratio : {true, false}) {
      Measure mean{ratio, 0.4};
      std::vector<Measure> measures(5, mean);
      measures[1].kind = Measure::Kind::log_of_mean;
      measures[2].kind = measures[3].kind = Measure::Kind::quantile;
      measures[3].quantile = 0.9;
      measures[4].kind = Measure::Kind::capped_mean;
      measures[4].low = mean.scaled(0.7);
      measures[4].high = mean.scaled(1.4);
      const SummaryRequest request{fleet, input.timeline, rows, 0.9, input.looks_done};
      for (std::size_t m = 0; m < measures.size(); ++m) {
        const Summaries slow = slow_summaries(input.timeline, rows, measures[m], fleet.size(), 0.9);
        CHECK(std::ranges::any_of(slow.reference, [](double r) { return std::isnan(r); }));
        const Summaries fast = summarise(request, measures[m]);
        CHECK(all_same(fast.window.values, slow.window.values));
        CHECK(all_same(fast.reference, slow.reference));
      }
    }
  }
}

TEST_CASE("window 0 is summarised no further than the looks done") {
  const JudgeInput input = simulate(plan_with_holes(), 32);
  const Fleet fleet = make_fleet(input);
  const Points rows{Rows(fleet, input.metrics[0].values, input.timeline.first()), Rows(), false};
  const SummaryRequest request{fleet, input.timeline, rows, 0.5, 2};
  const Measure mean;
  const Summaries all = summarise(request, mean);
  CHECK(!std::isnan(all.window.row(0, 1)[3]));
  CHECK(std::isnan(all.window.row(0, 2)[3]));
  CHECK(!std::isnan(all.window.row(1, 2)[3]));
}

TEST_CASE("the null of a metric is the one worked out draw by draw") {
  for (const Worse worse : {Worse::higher, Worse::lower, Worse::either}) {
    FleetPlan holes = plan_with_holes();
    FleetPlan large = plan_with_holes();
    large.hosts = 45;
    large.canaries = 4;
    FleetPlan scaled_in = large;
    scaled_in.gone = 12;
    FleetPlan new_pods = plan_with_holes();
    new_pods.canaries_have_past = false;
    FleetPlan counts = plan_with_holes();
    counts.events = 0.2;
    FleetPlan same_hour = plan_with_holes();
    same_hour.step = std::chrono::minutes(6);
    same_hour.windows = 12 * 8;
    for (const FleetPlan& plan : {holes, large, scaled_in, new_pods, counts, same_hour}) {
      JudgeInput input = simulate(plan, 33);
      input.settings.placebos = 300;
      input.metrics[0].spec.worse = worse;
      check_null(input);
    }
  }
}

TEST_CASE("a summary is chosen by all of 64 windows, and by 64 of more, spread evenly") {
  const auto always = [](std::int64_t) { return true; };
  const auto odd = [](std::int64_t window) { return window % 2 == 1; };
  const auto even = [](std::int64_t window) { return window % 2 == 0; };
  CHECK(chosen_with(64, odd, always) == Measure::Kind::quantile);
  CHECK(chosen_with(64, even, always) == Measure::Kind::quantile);
  CHECK(chosen_with(128, odd, always) == Measure::Kind::quantile);
  CHECK(chosen_with(128, even, always) == Measure::Kind::mean);  // of windows never looked at
}

TEST_CASE("a metric that is 0 at times is summarised with its points capped") {
  stats::Random random(36);
  const auto whole_number = [&](std::int64_t) { return std::floor(2 * std::exp(normal(random))); };
  CHECK(chosen_for(24, whole_number) == Measure::Kind::capped_mean);
  // Too few windows to see whether that leaves anything of it.
  CHECK(chosen_for(7, whole_number) == Measure::Kind::mean);
  // One point in two hundred is all that there is of it.
  const auto rare = [&](std::int64_t) {
    return random.below(200) == 0 ? 1 + 9 * random.uniform() : 0.0;
  };
  CHECK(chosen_for(24, rare) == Measure::Kind::mean);
  // One in fifty, and most windows without any: nothing tells the summaries apart.
  const auto seldom = [&](std::int64_t) {
    return random.below(50) == 0 ? 1 + 9 * random.uniform() : 0.0;
  };
  CHECK(chosen_for(24, seldom) == Measure::Kind::mean);
}

TEST_CASE("a point is capped as far beyond what is usual as that is wide, and allow beyond that") {
  // Of 0, 1, 2 … 100 the middle 98 % are 1 to 99.
  JudgeInput input = input_of(line_of(101, 1, 0, 10), {"a"}, {"b", "c"});
  double now = 50;
  const auto scale_with = [&](double allow, bool percent) {
    input.metrics.clear();
    add_metric(input, "queue", [&](const std::string& host, std::int64_t i) {
      if (i > 0) return host == "a" ? 1e6 : now;
      return static_cast<double>((-i) % 101);
    });
    input.metrics[0].spec.scale = Scale::difference;
    input.metrics[0].spec.allow = allow;
    input.metrics[0].spec.allow_is_percent = percent;
    return make_subject(input, make_fleet(input), input.metrics[0]).scale;
  };
  CHECK(scale_with(0, true).low == doctest::Approx(1 - 98));
  CHECK(scale_with(0, true).high == doctest::Approx(99 + 98));
  CHECK(scale_with(1, true).high == doctest::Approx(99 + 98 + 2 * 99));
  CHECK(scale_with(500, false).high == doctest::Approx(99 + 98 + 2 * 500));
  now = 197;
  CHECK(scale_with(0, true).high == doctest::Approx(99 + 98));
  // Where the baseline is beyond, too, a cap would make both sides look the same.
  now = 198;
  CHECK(std::isinf(scale_with(0, true).high));
}

TEST_CASE("a metric that hardly ever moves is not capped where it stands") {
  JudgeInput input = input_of(line_of(20, 1, 0, 40), {"a"}, {"b", "c"});
  stats::Random random(37);
  add_metric(input, "queue", [&](const std::string&, std::int64_t) {
    return random.below(500) == 0 ? random.uniform() : 0.0;
  });
  input.metrics[0].spec.allow = 5;
  CHECK(std::isinf(make_subject(input, make_fleet(input), input.metrics[0]).scale.high));
}

TEST_CASE("windows without hosts take no places among the 64 that a summary is chosen by") {
  const auto even = [](std::int64_t window) { return window % 2 == 0; };
  const auto young = [](std::int64_t window) { return window <= 64; };
  const auto younger = [](std::int64_t window) { return window <= 128; };
  CHECK(chosen_with(256, even, young) == Measure::Kind::quantile);
  const auto fourth = [](std::int64_t window) { return window % 4 == 3; };
  CHECK(chosen_with(256, fourth, younger) == Measure::Kind::quantile);
}

TEST_CASE("a gate large enough for several cores is judged as each of its metrics by itself") {
  FleetPlan plan;
  plan.metrics = 9;
  plan.hosts = 60;
  plan.windows = 100;  // 1.1 million points
  const JudgeInput input = simulate(plan, 34);
  Trial together(input);
  Quality quality;
  quality.judged.assign(plan.hosts, true);
  static_cast<void>(together.run(4, std::vector(5, std::vector(plan.metrics, quality))));
  for (std::size_t i = 0; i < plan.metrics; ++i) {
    JudgeInput one = input;
    one.metrics = {input.metrics[i]};
    Trial alone(one);
    static_cast<void>(alone.run(4, std::vector(5, std::vector{quality})));
    CHECK(together.subjects()[i].null.worst == alone.subjects()[0].null.worst);
    CHECK(together.subjects()[i].d.values == alone.subjects()[0].d.values);
  }
}
