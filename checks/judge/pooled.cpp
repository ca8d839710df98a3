// Mann & Whitney, Annals of Mathematical Statistics 18 (1947); the estimate and its interval are
// Hodges & Lehmann's (ibid. 34, 1963).
#include "checks/judge/pooled.h"

#include <algorithm>
#include <cmath>

#include "checks/judge/limits.h"
#include "checks/stats/distributions.h"
#include "checks/stats/mann_whitney.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

bool missing(double value) { return std::isnan(value); }

std::vector<double> without_gaps(std::vector<double> values) {
  std::erase_if(values, missing);
  return values;
}

/// A power of two near the numbers' size: dividing by it rounds nothing, and the test's search,
/// whose tolerance is absolute, is as fine for tiny numbers as for large ones.
double size_of(const Pooled& pooled) {
  double sum = 0;
  for (const auto* side : {&pooled.canary, &pooled.baseline}) {
    for (const double value : *side) sum += std::abs(value);
  }
  const double mean = sum / static_cast<double>(pooled.canary.size() + pooled.baseline.size());
  if (!(mean > 0.0) || !std::isfinite(mean)) return 1;
  return std::exp2(std::floor(std::log2(mean)));
}

/// P-value of a shift beyond `margin` in one direction.
double one_sided(const Pooled& numbers, stats::Alternative alternative, double margin) {
  if (!std::isfinite(margin)) return 1;
  const double shift = alternative == stats::Alternative::greater ? margin : -margin;
  const auto test = stats::mann_whitney(numbers.canary, numbers.baseline,
                                        {alternative, std::nullopt, 0.95, shift});
  return test && test->p_value ? *test->p_value : 1;
}

double p_value(const Pooled& numbers, const Margin& margin, Worse worse) {
  const double up =
      worse == Worse::lower ? 1 : one_sided(numbers, stats::Alternative::greater, margin.up);
  const double down =
      worse == Worse::higher ? 1 : one_sided(numbers, stats::Alternative::less, margin.down);
  return worse == Worse::either ? std::min(1.0, 2 * std::min(up, down)) : std::min(up, down);
}

/// One-sided, of m numbers that are all beyond n others.
double separated(std::size_t count, std::size_t others, bool exact) {
  const auto m = static_cast<double>(count);
  const auto n = static_cast<double>(others);
  if (exact) return std::exp(std::lgamma(m + 1) + std::lgamma(n + 1) - std::lgamma(m + n + 1));
  return stats::normal_upper((m * n / 2 - 0.5) / std::sqrt(m * n * (m + n + 1) / 12));
}

}  // namespace

bool Pooled::comparable() const {
  return !std::ranges::all_of(canary, missing) && !std::ranges::all_of(baseline, missing);
}

Pooled Pooled::present() const { return {without_gaps(canary), without_gaps(baseline)}; }

Pooled pool(const Points& points, const Sides& sides, std::int64_t elapsed) {
  const auto side = [&](const std::vector<std::uint32_t>& hosts) {
    std::vector<double> values;
    for (const std::uint32_t host : hosts) {
      for (std::int64_t i = 1; i <= elapsed; ++i) values.push_back(value_at(points, host, i));
    }
    return values;
  };
  return {side(sides.canary), side(sides.baseline)};
}

KayentaSettings kayenta_settings(const MetricSpec& spec, const JudgeSettings& settings) {
  using Direction = KayentaSettings::Direction;
  KayentaSettings kayenta = settings.kayenta;
  if (!kayenta.direction) {
    kayenta.direction = spec.worse == Worse::higher  ? Direction::increase
                        : spec.worse == Worse::lower ? Direction::decrease
                                                     : Direction::either;
  }
  if (kayenta.measure == KayentaSettings::Measure::mean_ratio) {
    kayenta.allowed_increase = kayenta.allowed_increase.value_or(1 + spec.allow);
    kayenta.allowed_decrease = kayenta.allowed_decrease.value_or(1 - spec.allow);
  }
  kayenta.critical = spec.critical;
  return kayenta;
}

Measure pooled_scale(const MetricSpec& spec, const Pooled& pooled) {
  double all = 0;
  double positive = 0;
  double smallest = std::numeric_limits<double>::infinity();
  for (const auto* side : {&pooled.canary, &pooled.baseline}) {
    for (const double value : *side) {
      if (missing(value)) continue;
      all += 1;
      if (!(value > 0.0)) continue;
      positive += 1;
      smallest = std::min(smallest, value);
    }
  }
  Measure scale;
  scale.ratio = spec.scale == Scale::ratio ||
                (spec.scale == Scale::automatic && all > 0 && positive >= 0.99 * all);
  scale.floor = positive > 0 ? smallest / 2 : 1;
  return scale;
}

PooledTest pooled_test(const Pooled& pooled, const Measure& scale, const Margin& margin,
                       Worse worse) {
  Pooled numbers = pooled.present();
  const double size = scale.ratio ? 1 : size_of(numbers);
  for (auto* side : {&numbers.canary, &numbers.baseline}) {
    for (double& value : *side) value = scale.scaled(value) / size;
  }
  PooledTest test;
  const auto plain = stats::mann_whitney(numbers.canary, numbers.baseline, {});
  if (!plain) return test;
  test.p_value = p_value(numbers, {margin.up / size, margin.down / size}, worse);
  // Without an estimate each side has one value only.
  test.effect = size * plain->estimate.value_or(numbers.canary.front() - numbers.baseline.front());
  if (plain->lower) test.lower = size * *plain->lower;
  if (plain->upper) test.upper = size * *plain->upper;
  test.least_p = (worse == Worse::either ? 2 : 1) *
                 separated(numbers.canary.size(), numbers.baseline.size(), plain->exact);
  return test;
}

}  // namespace canarygate::judge
