// Exact permutation of hosts (Fisher, The Design of Experiments, 1935); a t-test on the difference
// series with the effective size of its AR(1) fit (Bayley & Hammersley 1946); Holm (Scand. J.
// Statistics 6, 1979); alpha spending (Lan & DeMets, Biometrika 70, 1983).
#include "checks/judge/fallback.h"

#include <algorithm>
#include <numeric>

#include "checks/judge/limits.h"
#include "checks/judge/since.h"
#include "checks/stats/distributions.h"
#include "checks/stats/effective_size.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// A series' mean and how far it may be trusted.
struct Level {
  std::size_t points = 0;
  double mean = 0;
  stats::Variance variance;
};

Level level_between(const Subject& subject, const Sides& sides, std::int64_t from,
                    std::int64_t to) {
  std::vector<double> series;
  for (std::int64_t i = from; i <= to; ++i) {
    const double difference = difference_at(subject.points, subject.scale, sides, i);
    if (!std::isnan(difference)) series.push_back(difference);
  }
  Level level{series.size(), 0, {}};
  if (series.size() < 2) return level;
  level.mean = stats::mean(series);
  const double sd = stats::standard_deviation(series);
  const double effective = stats::ar1_effective_size(series.size(), stats::ar1_coefficient(series));
  level.variance = {sd * sd / effective, std::max(0.5, effective - 1)};
  return level;
}

/// How much hosts differ among themselves, seen on the baseline: without a reference nobody knows
/// whether the canary hosts were like that before.
stats::Variance host_variance(const Subject& subject, const Sides& sides, std::int64_t elapsed) {
  std::vector<double> means;
  for (const std::uint32_t host : sides.baseline) {
    const auto mean = mean_value(subject.points, {host}, elapsed);
    if (mean) means.push_back(subject.scale.scaled(*mean));
  }
  if (means.size() < 2) return {};
  const double sd = stats::standard_deviation(means);
  const double share =
      1 / static_cast<double>(sides.canary.size()) + 1 / static_cast<double>(means.size());
  return {sd * sd * share, static_cast<double>(means.size() - 1)};
}

}  // namespace

std::vector<double> spending(const std::vector<std::int64_t>& looks, double alpha) {
  const double z = stats::normal_upper_quantile(alpha / 2);
  std::vector<double> spent;
  double before = 0;
  for (const double weight : look_weights(looks)) {
    const double until_now = 2 * stats::normal_upper(z / weight);
    spent.push_back(until_now - before);
    before = until_now;
  }
  return spent;
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto left = static_cast<double>(order.size() - i);
    largest = std::max(largest, std::min(1.0, left * p[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

void measure_window_only(Subject& subject, const JudgeInput& input, const Fleet& fleet,
                         const Sides& today, std::int64_t looks_done) {
  Timeline now = input.timeline;
  now.bases.clear();
  const SummaryRequest request{fleet,      now,  subject.points, subject.settings.min_coverage,
                               looks_done, false};
  subject.degrees = std::numeric_limits<double>::infinity();
  if (subject.counts) {
    subject.cubes = count_cubes(request, subject.use_reference, input.before_after);
    subject.d = subject.cubes.residual;
    return;
  }
  subject.scale = candidates(*subject.spec, subject.scale).front();
  const Summaries summaries = summarise(request, subject.scale);
  const auto known = [&](std::uint32_t host) { return !std::isnan(summaries.reference[host]); };
  const bool all_known = subject.use_reference && std::ranges::all_of(today.canary, known) &&
                         std::ranges::all_of(today.baseline, known);
  Adjusted adjusted = adjust(summaries, {fleet, all_known, {}, input.before_after});
  subject.d = std::move(adjusted.d);
  subject.theta = std::move(adjusted.theta);
  subject.noise.emplace(subject.d, input.before_after);
  subject.typical_spread.assign(subject.d.looks, 0.0);
}

Null permutation_null(const Subject& subject, const Draws& draws, std::size_t look) {
  const Worse worse = subject.spec->worse;
  Cube one(1, 1, subject.d.hosts);
  const auto copy = [&](const Cube& from) {
    std::ranges::copy(from.span(0, look), one.row(0, 0));
    return one;
  };
  if (subject.counts) {
    CountCubes now;
    now.events = copy(subject.cubes.events);
    now.expected = copy(subject.cubes.expected);
    return make_null(score_count_draws(now, draws, worse), {1.0}, worse, true);
  }
  copy(subject.d);
  const HostNoise none(one, false);
  return make_null(score_draws({one, none, draws, false, {}, std::vector<double>{0.0}}).scores,
                   {1.0}, worse, false);
}

SerialTest serial_test(const Subject& subject, const Timeline& line, const Sides& sides,
                       std::int64_t elapsed) {
  const Level now = level_between(subject, sides, 1, elapsed);
  const Level before = level_between(subject, sides, -line.gap - line.reference + 1, -line.gap);
  const bool compared = 2 * before.points >= now.points && before.points >= 4;
  SerialTest test;
  // Before/after without a before says nothing.
  test.usable = now.points >= 2 && (compared || !sides.baseline.empty());
  if (!test.usable) return test;
  const stats::Variance other = compared ? before.variance : host_variance(subject, sides, elapsed);
  const stats::Variance variance = stats::add(now.variance, other);
  test.effect = now.mean - (compared ? before.mean : 0.0);
  test.error = std::sqrt(variance.value);
  test.degrees = variance.degrees;
  return test;
}

}  // namespace canarygate::judge
