// The metrics of a trial that have no usable history: host permutations, or the difference's own
// course. Each look spends its part of the budget.
#include <algorithm>
#include <cmath>

#include "checks/judge/fallback.h"
#include "checks/judge/picture.h"
#include "checks/judge/trial.h"
#include "checks/stats/distributions.h"

namespace canarygate::judge {

void Trial::run_permutation(std::size_t look, const std::vector<Quality>& quality,
                            std::vector<std::optional<Test>>& tests) {
  const std::vector<std::size_t> group = members(Method::permutation);
  if (group.empty()) return;
  std::vector<std::uint32_t> hosts = today_->canary;
  hosts.insert(hosts.end(), today_->baseline.begin(), today_->baseline.end());
  std::ranges::sort(hosts);
  const std::int64_t most = std::max<std::int64_t>(input_.settings.placebos, 20'000);
  const Draws draws = permutations(
      hosts, today_->canary, static_cast<std::size_t>(input_.settings.placebos), most, input_.seed);
  placebos_ = std::max(placebos_, static_cast<std::int64_t>(draws.size()));
  const double alpha = input_.settings.false_alarms;
  // Where there are too few sets for an early look to fail, the last look keeps the whole budget.
  std::vector<double> spent = spending(input_.timeline.looks, alpha);
  const double finest = share_of(Method::permutation) / static_cast<double>(draws.size() + 1);
  const bool all_at_end = finest > spent.back();
  if (all_at_end && !is_last(look)) return;
  const double budget = all_at_end ? alpha : spent[look];
  std::vector<Null> nulls;
  std::vector<Tested> tested;
  nulls.reserve(group.size());
  for (const std::size_t i : group) {
    Subject& subject = subjects_[i];
    measure_window_only(subject, input_, fleet_, *today_, static_cast<std::int64_t>(look) + 1);
    nulls.push_back(permutation_null(subject, draws, look));
    subject.null.sd.assign(weights_.of.size(), nulls.back().sd.front());
    const Sides sides = sides_of(fleet_, quality[i].judged);
    Test test;
    test.evidence = Evidence::moderate;
    test.margin = margin_of(subject, sides, input_.timeline.looks[look]);
    test.seen = observe(subject, look, sides, test.margin);
    test.degrees = subject.degrees;
    test.two_sided = nulls.back().two_sided;
    test.unlucky = nulls.back().unlucky;
    test.unit_at_end = test.seen.unit;
    test.overdispersion = nulls.back().sd.front();
    tests[i] = test;
    tested.push_back({test.seen.z, &nulls.back().worst, 1.0});
  }
  const StepDown how{group.size(), 0, 1, share_of(Method::permutation) * alpha / budget, false};
  const std::vector<double> adjusted = adjusted_p(tested, how);
  const double critical = critical_score(tested, how, alpha, 1);
  std::vector<Placebos> drawn = pictures({tested, adjusted, how, alpha, critical, critical, false});
  for (std::size_t g = 0; g < group.size(); ++g) {
    Test& test = *tests[group[g]];
    test.placebos = std::move(drawn[g]);
    test.p_value = own_p(tested[g], nulls[g].available, how);
    test.adjusted_p = std::max(adjusted[g], test.p_value);
    test.critical = critical;
  }
}

void Trial::run_serial(std::size_t look, const std::vector<Quality>& quality,
                       std::vector<std::optional<Test>>& tests) {
  const std::vector<std::size_t> group = members(Method::serial);
  if (group.empty()) return;
  const double alpha = input_.settings.false_alarms;
  const double share = look_share(Method::serial, look);
  const auto metrics = static_cast<double>(group.size());
  for (const std::size_t i : group) {
    Subject& subject = subjects_[i];
    const Sides sides = sides_of(fleet_, quality[i].judged);
    const double tails = subject.spec->worse == Worse::either ? 2 : 1;
    Test test;
    test.margin = margin_of(subject, sides, input_.timeline.looks[look]);
    test.critical = stats::normal_upper_quantile(alpha / (share * metrics * tails));
    test.two_sided = stats::normal_upper_quantile(0.025);
    test.unlucky = stats::normal_upper_quantile(0.8);
    if (subject.counts) {
      measure_window_only(subject, input_, fleet_, *today_, static_cast<std::int64_t>(look) + 1);
      const stats::Variance spread = count_overdispersion(subject, input_.timeline, sides, look);
      test.overdispersion = std::sqrt(spread.value);
      subject.null.sd.assign(weights_.of.size(), test.overdispersion);
      subject.degrees = test.degrees = spread.degrees;
      test.expected_at_end = 1 / (weights_.of[look] * weights_.of[look]);
      test.seen = observe(subject, look, sides, test.margin);
    } else {
      const SerialTest serial =
          serial_test(subject, input_.timeline, sides, input_.timeline.looks[look], input_.alike);
      test.seen.seen = serial.usable;
      test.seen.effect = serial.effect;
      test.seen.beyond = test.margin.beyond(serial.effect, subject.spec->worse);
      test.seen.unit = serial.error;
      test.degrees = serial.degrees;
      const double nothing = 1e-9 * (subject.scale.ratio ? 1.0 : subject.level);
      test.seen.constant = !(serial.error > nothing);
      if (test.seen.constant && test.seen.beyond <= nothing) {
        test.seen.beyond = std::min(test.seen.beyond, 0.0);
      }
      test.seen.z =
          test.seen.constant ? 0.0 : stats::t_to_z(test.seen.beyond / serial.error, serial.degrees);
      test.unit_at_end = serial.error * weights_.of[look];
    }
    test.p_value = test.seen.seen ? std::min(1.0, tails * stats::normal_upper(test.seen.z)) : 1.0;
    tests[i] = test;
  }
  adjust_by_holm(group, share, tests);
}

double Trial::look_share(Method method, std::size_t look) const {
  const double alpha = input_.settings.false_alarms;
  return share_of(method) * alpha / spending(input_.timeline.looks, alpha)[look];
}

double Trial::level_at_end(Method method) const {
  const auto metrics = static_cast<double>(members(method).size());
  return input_.settings.false_alarms / (look_share(method, weights_.whole) * metrics);
}

void Trial::adjust_by_holm(const std::vector<std::size_t>& group, double share,
                           std::vector<std::optional<Test>>& tests) {
  std::vector<double> p;
  for (const std::size_t i : group) p.push_back(tests[i]->p_value);
  const std::vector<double> adjusted = holm(p);
  for (std::size_t g = 0; g < group.size(); ++g) {
    tests[group[g]]->adjusted_p = std::min(1.0, share * adjusted[g]);
  }
}

}  // namespace canarygate::judge
