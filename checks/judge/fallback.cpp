// Exact permutation of hosts (Fisher, The Design of Experiments, 1935); a t-test on the difference
// series with the effective size of its AR(1) fit (Bayley & Hammersley 1946); Holm (Scand. J.
// Statistics 6, 1979); alpha spending (Lan & DeMets, Biometrika 70, 1983).
#include "checks/judge/fallback.h"

#include <algorithm>
#include <numeric>

#include "checks/judge/limits.h"
#include "checks/stats/distributions.h"
#include "checks/stats/effective_size.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// A side's mean at each point, on the metric's scale; NaN where it has nobody. A host that misses
/// a point keeps its last number: the others' mean alone would jump with its coming and going.
std::vector<double> side_means(const Subject& subject, const std::vector<std::uint32_t>& hosts,
                               Stretch stretch) {
  std::vector<double> last(hosts.size(), kMissing);
  for (std::size_t h = 0; h < hosts.size(); ++h) {
    for (std::int64_t i = stretch.from; i <= stretch.to && std::isnan(last[h]); ++i) {
      last[h] = value_at(subject.points, hosts[h], i);
    }
  }
  std::vector<double> means;
  for (std::int64_t i = stretch.from; i <= stretch.to; ++i) {
    bool anybody = false;
    std::vector<double> values;
    for (std::size_t h = 0; h < hosts.size(); ++h) {
      const double value = value_at(subject.points, hosts[h], i);
      if (!std::isnan(value)) last[h] = value;
      anybody = anybody || !std::isnan(value);
      if (!std::isnan(last[h])) values.push_back(last[h]);
    }
    means.push_back(anybody ? subject.scale.scaled(stats::mean(values)) : kMissing);
  }
  return means;
}

/// Canary less baseline at each point; without baseline the canary alone.
std::vector<double> differences(const Subject& subject, const Sides& sides, Stretch stretch) {
  std::vector<double> series = side_means(subject, sides.canary, stretch);
  if (sides.baseline.empty()) return series;
  const std::vector<double> others = side_means(subject, sides.baseline, stretch);
  for (std::size_t i = 0; i < series.size(); ++i) series[i] -= others[i];
  return series;
}

std::int64_t present(const std::vector<double>& series) {
  return std::ranges::count_if(series, [](double value) { return !std::isnan(value); });
}

/// Where one baseline host cannot show how much hosts differ: by a third, give or take. Else two
/// healthy hosts of different size would be told apart, and the new one blamed.
constexpr double kAssumedSpread = 0.3;
constexpr double kAssumedDegrees = 4;

/// How much hosts differ among themselves, seen on the baseline: without a reference nobody knows
/// whether the canary hosts were like that before.
stats::Variance host_variance(const Subject& subject, const Sides& sides, std::int64_t elapsed) {
  std::vector<double> means;
  for (const std::uint32_t host : sides.baseline) {
    const auto mean = mean_value(subject.points, {host}, {1, elapsed});
    if (mean) means.push_back(subject.scale.scaled(*mean));
  }
  if (means.size() < 2) {
    const double assumed = kAssumedSpread * (subject.scale.ratio ? 1.0 : subject.level);
    return {2 * assumed * assumed, kAssumedDegrees};
  }
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
  now.late = 0;
  const SummaryRequest request{fleet, now, subject.points, subject.settings.min_coverage,
                               looks_done};
  subject.degrees = std::numeric_limits<double>::infinity();
  if (subject.counts) {
    subject.cubes = count_cubes(request, subject.use_reference, input.before_after);
    subject.d = subject.cubes.residual;
    return;
  }
  const std::vector<Measure> measures = candidates(*subject.spec, subject.scale);
  subject.scale = measures[usual_of(measures)];
  const Summaries summaries = summarise(request, subject.scale);
  const auto known = [&](std::uint32_t host) { return !std::isnan(summaries.reference[host]); };
  const bool all_known = subject.use_reference && std::ranges::all_of(today.canary, known) &&
                         std::ranges::all_of(today.baseline, known);
  subject.d = adjust(summaries, {fleet, all_known, {}, input.before_after});
  subject.noise.emplace(subject.d, input.before_after);
  subject.typical_spread.assign(subject.d.parts, 0.0);
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
    return make_null(score_count_draws(now, draws, worse), {{1.0}, 0}, worse, true);
  }
  copy(subject.d);
  const HostNoise none(one, false);
  return make_null(score_draws({one, none, draws, false, {}, std::vector<double>{0.0}}).scores,
                   {{1.0}, 0}, worse, false);
}

stats::Variance count_overdispersion(const Subject& subject, const Timeline& line,
                                     const Sides& sides, std::size_t look) {
  const auto elapsed = static_cast<double>(line.looks[look]);
  const double infinity = std::numeric_limits<double>::infinity();
  // What was seen before is as uncertain as what is seen now, by its length.
  if (subject.use_reference || sides.baseline.empty()) {
    return {1 + (line.reference > 0 ? elapsed / static_cast<double>(line.reference) : 0), infinity};
  }
  const std::span<const double> events = subject.cubes.events.span(0, look);
  const std::span<const double> expected = subject.cubes.expected.span(0, look);
  double all_events = 0;
  double all_expected = 0;
  double hosts = 0;
  for (const std::uint32_t host : sides.baseline) {
    if (std::isnan(events[host])) continue;
    all_events += events[host];
    all_expected += expected[host];
    hosts += 1;
  }
  if (!(all_expected > 0.0)) return {1, infinity};
  double beyond = 0;
  double squares = 0;
  for (const std::uint32_t host : sides.baseline) {
    if (std::isnan(events[host])) continue;
    const double mean = expected[host] * all_events / all_expected;
    beyond += (events[host] - mean) * (events[host] - mean) - mean;
    squares += mean * mean;
  }
  const bool seen = hosts >= 2 && squares > 0;
  const double spread = seen ? std::max(0.0, beyond / squares) : kAssumedSpread * kAssumedSpread;
  double own = 0;
  for (const std::uint32_t host : sides.canary)
    own += std::isnan(expected[host]) ? 0 : expected[host];
  const double counting = 1 / own + 1 / all_expected;
  const double differing =
      spread * (1 / static_cast<double>(sides.canary.size()) + 1 / std::max(1.0, hosts));
  return {1 + differing / counting, hosts >= 2 ? hosts - 1 : kAssumedDegrees};
}

SerialTest serial_test(const Subject& subject, const Timeline& line, const Sides& sides,
                       std::int64_t elapsed, bool alike) {
  const std::vector<double> now = differences(subject, sides, {1, elapsed});
  const std::vector<double> before =
      differences(subject, sides, {-line.gap - line.reference + 1, -line.gap});
  const bool compared = 2 * present(before) >= present(now) && present(before) >= 4;
  SerialTest test;
  // Before/after without a before says nothing.
  test.usable = present(now) >= 2 && (compared || !sides.baseline.empty());
  if (!test.usable) return test;
  std::vector<std::vector<double>> stretches{now};
  if (compared) stretches.push_back(before);
  const stats::SerialMeans means = stats::serial_means(stretches);
  stats::Variance variance{means.variance[0], means.degrees};
  test.effect = means.mean[0];
  if (compared) {
    variance.value += means.variance[1];
    test.effect -= means.mean[1];
  } else if (!alike) {
    variance = stats::add(variance, host_variance(subject, sides, elapsed));
  }
  test.error = std::sqrt(variance.value);
  test.degrees = variance.degrees;
  return test;
}

}  // namespace canarygate::judge
