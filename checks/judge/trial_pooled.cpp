// The metrics of a trial that Mann-Whitney's test judges, under the same budget as the others.
#include <algorithm>
#include <cmath>

#include "checks/judge/fallback.h"
#include "checks/judge/pooled.h"
#include "checks/judge/trial.h"
#include "checks/stats/distributions.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

double typical_size(const std::vector<double>& values) {
  std::vector<double> sizes;
  for (const double value : values) sizes.push_back(std::abs(value));
  return stats::mean(sizes);
}

/// Whether one value makes up more than half of the numbers.
bool mostly_one_value(std::vector<double> values) {
  std::ranges::sort(values);
  const double middle = values[values.size() / 2];
  const auto same = static_cast<std::size_t>(std::ranges::count(values, middle));
  return 2 * same > values.size();
}

/// One z of the effect. It is read off the interval, except where a value that most numbers share
/// makes the interval a point: a shift of all would be seen at once, a few more errors would not.
double unit_of(const PooledTest& found, const Pooled& numbers, const Measure& scale) {
  if (!found.lower || !found.upper) return std::numeric_limits<double>::infinity();
  const double half = std::max(0.0, *found.upper - *found.lower) / 2;
  const double unit = half / stats::normal_upper_quantile(0.025);
  std::vector<double> all = numbers.canary;
  all.insert(all.end(), numbers.baseline.begin(), numbers.baseline.end());
  if (!mostly_one_value(all)) return unit;
  for (double& value : all) value = scale.scaled(value);
  const double error =
      stats::standard_deviation(all) * std::sqrt(1 / static_cast<double>(numbers.canary.size()) +
                                                 1 / static_cast<double>(numbers.baseline.size()));
  return std::max(unit, error);
}

}  // namespace

void Trial::run_pooled(std::size_t look, const std::vector<Quality>& quality,
                       std::vector<std::optional<Test>>& tests) {
  const std::vector<std::size_t> group = members(Method::pooled);
  if (group.empty()) return;
  const std::int64_t elapsed = input_.timeline.looks[look];
  for (const std::size_t i : group) {
    Subject& subject = subjects_[i];
    const Worse worse = subject.spec->worse;
    const Sides sides = sides_of(fleet_, quality[i].judged);
    const Pooled pooled = pool(subject.points, sides, elapsed);
    Test test;
    test.weight = 1;
    test.degrees = std::numeric_limits<double>::infinity();
    test.two_sided = stats::normal_upper_quantile(0.025);
    test.unlucky = stats::normal_upper_quantile(0.8);
    test.seen.seen = pooled.comparable();
    if (test.seen.seen) {
      const Pooled numbers = pooled.present();
      subject.scale = pooled_scale(*subject.spec, pooled);
      subject.level = typical_size(numbers.baseline);
      test.margin = margin_of(subject, sides, elapsed);
      const PooledTest found = pooled_test(pooled, subject.scale, test.margin, worse);
      test.p_value = found.p_value;
      test.seen.effect = found.effect;
      test.seen.beyond = test.margin.beyond(found.effect, worse);
      test.interval = EffectInterval{found.lower, found.upper};
      const double tails = worse == Worse::either ? 2 : 1;
      test.critical = stats::normal_upper_quantile(level_at_end(Method::pooled) / tails);
      test.too_few = found.least_p > level_at_end(Method::pooled);
      test.seen.constant = !found.lower && !found.upper && !test.too_few;
      test.seen.unit = test.seen.constant ? 0
                       : test.too_few     ? std::numeric_limits<double>::infinity()
                                          : unit_of(found, numbers, subject.scale);
      const double nothing = 1e-9 * (subject.scale.ratio ? 1.0 : subject.level);
      if (test.seen.constant && test.seen.beyond <= nothing) {
        test.seen.beyond = std::min(test.seen.beyond, 0.0);
      }
      test.unit_at_end = test.seen.unit * weights_.of[look];
    }
    tests[i] = test;
  }
  adjust_by_holm(group, look_share(Method::pooled, look), tests);
}

}  // namespace canarygate::judge
