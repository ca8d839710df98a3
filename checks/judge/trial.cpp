#include "checks/judge/trial.h"

#include <algorithm>
#include <cmath>

#include "checks/judge/fallback.h"
#include "checks/judge/limits.h"
#include "checks/judge/picture.h"
#include "checks/parallel.h"
#include "checks/stats/combinations.h"
#include "checks/stats/distributions.h"

namespace canarygate::judge {

namespace {

/// Fewer draws measure no null.
constexpr std::size_t kFewestDraws = 4;
/// ν from which a t is as good as a normal score.
constexpr double kManyDegrees = 20;
/// Of all metrics together; judged in some 50 ms.
constexpr double kManyPoints = 1e6;

std::vector<std::uint32_t> members_of(const std::vector<bool>& present) {
  std::vector<std::uint32_t> hosts;
  for (std::uint32_t host = 0; host < present.size(); ++host) {
    if (present[host]) hosts.push_back(host);
  }
  return hosts;
}

}  // namespace

Trial::Trial(const JudgeInput& input)
    : input_(input),
      fleet_(make_fleet(input)),
      weights_(part_weights(input.timeline)),
      methods_(input.metrics.size(), Method::none) {
  subjects_.resize(input.metrics.size());
  for_each_metric(
      [&](std::size_t i) { subjects_[i] = make_subject(input, fleet_, input.metrics[i]); });
  for (const Subject& subject : subjects_) statistical_ += subject.statistics ? 1U : 0U;
}

/// Threads are for the gates that would be waited for.
void Trial::for_each_metric(const std::function<void(std::size_t)>& work) const {
  const double points = static_cast<double>(input_.metrics.size() * fleet_.size()) *
                        static_cast<double>(input_.timeline.columns());
  for_each_index(subjects_.size(), points < kManyPoints ? 1 : usable_cores(), work);
}

bool Trial::testable(std::size_t metric, std::size_t look, const Quality& quality) const {
  const Subject& subject = subjects_[metric];
  const bool tested = subject.statistics || subject.settings.method == JudgeMethod::mann_whitney;
  if (!tested || !quality.lacking.empty()) return false;
  return !low_traffic({input_, fleet_, subject, quality, static_cast<std::int64_t>(look) + 1, false,
                       input_.settings.false_alarms, nullptr});
}

/// Whom a window's draws are chosen from: hosts that every metric has there; where that leaves too
/// few, hosts that any metric has. A metric that lacks all of a draw's canary hosts, or all of its
/// others, takes no part in that draw; its own p-value (own_p) then guards it.
DrawRequest Trial::draw_request(const Sides& today) const {
  const std::size_t windows = input_.timeline.bases.size() + 1;
  DrawRequest request{std::vector<std::vector<std::uint32_t>>(windows), today.canary,
                      today.baseline.size(), static_cast<std::size_t>(input_.settings.placebos),
                      input_.seed};
  request.present[0] = today.baseline;
  const std::size_t wanted = today.canary.size() + (today.baseline.size() + 1) / 2;
  for (std::size_t w = 1; w < windows; ++w) {
    std::vector<bool> all(fleet_.size(), true);
    std::vector<bool> any(fleet_.size(), false);
    for (const Subject& subject : subjects_) {
      if (!subject.statistics || std::ranges::count(subject.present[w], true) == 0) continue;
      for (std::size_t host = 0; host < fleet_.size(); ++host) {
        all[host] = all[host] && subject.present[w][host];
        any[host] = any[host] || subject.present[w][host];
      }
    }
    for (std::size_t host = 0; host < fleet_.size(); ++host) all[host] = all[host] && any[host];
    std::vector<std::uint32_t> common = members_of(all);
    request.present[w] = common.size() >= wanted ? std::move(common) : members_of(any);
  }
  return request;
}

void Trial::measure_all(const Sides& today, std::size_t look) {
  if (today_ != today) {
    today_ = today;
    measured_now_ = false;
    draws_ = draw_history(draw_request(today));
    distinct_ = distinct(draws_);
    for_each_metric([&](std::size_t i) {
      if (!subjects_[i].statistics) return;
      measure(subjects_[i], {input_, fleet_, today, draws_, input_.looks_done});
    });
    for (const Subject& subject : subjects_) {
      history_windows_ = std::max(history_windows_, static_cast<std::int64_t>(subject.windows));
    }
    placebos_ = static_cast<std::int64_t>(draws_.size());
  }
  if (!is_last(look) || measured_now_ || draws_.size() == 0) return;
  // Only a window that has ended is comparable with those of the history.
  measured_now_ = true;
  const Draws now = draw_now(draw_request(today));
  for (Subject& subject : subjects_) {
    if (subject.statistics) measure_now(subject, {input_, fleet_, today, now, input_.looks_done});
  }
  placebos_ += static_cast<std::int64_t>(now.size());
}

Margin Trial::margin_of(const Subject& subject, const Sides& sides, std::int64_t elapsed) const {
  const MetricSpec& spec = *subject.spec;
  if (subject.counts || subject.scale.ratio) {
    const double infinity = std::numeric_limits<double>::infinity();
    return {std::log1p(spec.allow), spec.allow < 1 ? -std::log1p(-spec.allow) : infinity};
  }
  // `scale: auto` chose the difference scale for a metric whose `allow` is a percentage: it is then
  // one of the baseline's mean (without baseline: of the metric's usual size).
  double unit = 1;
  if (spec.allow_is_percent) {
    const std::vector<std::size_t> hosts(sides.baseline.begin(), sides.baseline.end());
    unit = std::abs(mean_value(subject.points, hosts, {1, elapsed}).value_or(subject.level));
  }
  return {spec.allow * unit, spec.allow * unit};
}

double Trial::independent_sets() const {
  const auto k = static_cast<double>(today_->canary.size());
  const auto m = static_cast<double>(today_->baseline.size());
  // With as many canaries as baselines a set and its complement are the same comparison.
  return k == m ? 1 : std::floor((k + m) / k);
}

/// Draws of one window with common hosts rise and fall together, so what is seen now is one of
/// J·⌊(k+m)/k⌋ comparisons rather than one of all draws. Half of the budget at most goes into that:
/// with so few windows the t of degrees_of_freedom() is the guard.
double Trial::alike(double placebos) const {
  const double independent = static_cast<double>(history_windows_) * independent_sets();
  return std::max(1.0,
                  std::min(placebos / independent, input_.settings.false_alarms * placebos / 2));
}

Evidence Trial::placebo_evidence(const Subject& subject) const {
  const double needed = 1 / input_.settings.false_alarms;
  const bool strong = static_cast<double>(subject.windows) * independent_sets() >= needed &&
                      subject.degrees >= kManyDegrees && static_cast<double>(distinct_) >= needed &&
                      !subject.new_canary;
  return strong ? Evidence::strong : Evidence::moderate;
}

/// A metric that never moved in n independent looks at it, and moves now: however rare its moves
/// are, that happens by chance with at most 1 / (e·n), the maximum over r of (1 - r)^n · r.
void Trial::observe_constant(const Subject& subject, Observation& seen) const {
  const double chance =
      1 / (std::exp(1.0) * static_cast<double>(subject.windows) * independent_sets());
  const bool rare = chance * static_cast<double>(statistical_) <= input_.settings.false_alarms;
  if (seen.beyond > 0 && rare) seen.z = stats::kLargestScore;
}

std::optional<Observation> Trial::observe_late(const Subject& subject, std::size_t look,
                                               const Sides& sides, const Margin& margin) const {
  const std::size_t part = weights_.whole + 1;
  if (!is_last(look) || part >= weights_.of.size() || subject.counts) return std::nullopt;
  const Observation seen = observe(subject, part, sides, margin);
  if (!seen.seen || seen.constant) return std::nullopt;
  return seen;
}

std::vector<std::size_t> Trial::members(Method method) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < methods_.size(); ++i) {
    if (methods_[i] == method) found.push_back(i);
  }
  return found;
}

/// Methods share the budget by their number of metrics.
double Trial::share_of(Method method) const {
  const auto tested = static_cast<double>(
      methods_.size() - static_cast<std::size_t>(std::ranges::count(methods_, Method::none)));
  return tested / static_cast<double>(std::ranges::count(methods_, method));
}

/// Are there enough host sets of today's size for one of them to be rare?
bool Trial::can_permute() const {
  const std::int64_t sets =
      stats::choose(today_->canary.size() + today_->baseline.size(), today_->canary.size());
  return !input_.before_after && static_cast<double>(sets) >= 1 / input_.settings.false_alarms;
}

void Trial::choose_methods(const std::vector<Quality>& quality, std::size_t look) {
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    const Subject& subject = subjects_[i];
    if (!testable(i, look, quality[i])) {
      methods_[i] = Method::none;
    } else if (!subject.statistics) {
      methods_[i] = Method::pooled;
    } else if (subject.windows >= kFewestWindows && subject.null.available >= kFewestDraws) {
      methods_[i] = Method::placebo;
    } else {
      methods_[i] = can_permute() ? Method::permutation : Method::serial;
    }
  }
}

std::vector<std::optional<Test>> Trial::run(std::size_t look,
                                            const std::vector<std::vector<Quality>>& qualities) {
  std::vector<std::optional<Test>> tests(subjects_.size());
  const std::vector<Quality>& quality = qualities[look];
  std::vector<bool> judged(fleet_.size(), false);
  bool any = false;
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    if (!subjects_[i].statistics || !testable(i, look, quality[i])) continue;
    any = true;
    for (std::size_t host = 0; host < fleet_.size(); ++host) {
      judged[host] = judged[host] || quality[i].judged[host];
    }
  }
  if (any) measure_all(sides_of(fleet_, judged), look);
  choose_methods(quality, look);
  run_placebo(look, qualities, tests);
  run_permutation(look, quality, tests);
  run_serial(look, quality, tests);
  run_pooled(look, quality, tests);
  return tests;
}

/// What the placebo test of one metric rests on, at this look.
void Trial::describe(const Subject& subject, std::size_t look, const Sides& sides,
                     Test& test) const {
  test.evidence = placebo_evidence(subject);
  test.degrees = test.seen.seen ? test.seen.degrees : subject.degrees;
  test.weight = weights_.of[look];
  test.two_sided = subject.null.two_sided;
  test.unlucky = subject.null.unlucky;
  if (subject.counts) {
    test.overdispersion = subject.null.sd[weights_.whole];
    test.expected_at_end = 1 / (weights_.of[look] * weights_.of[look]);
  } else {
    test.unit_at_end =
        is_last(look) && !test.seen.constant ? test.seen.unit : last_unit(subject, sides);
  }
}

double Trial::observe_looks(std::size_t metric, std::size_t look,
                            const std::vector<std::vector<Quality>>& qualities, Test& test) const {
  const Subject& subject = subjects_[metric];
  double worst = -std::numeric_limits<double>::infinity();
  for (std::size_t l = 0; l <= look; ++l) {
    const Sides sides = sides_of(fleet_, qualities[l][metric].judged);
    if (sides.canary.empty()) continue;
    test.margin = margin_of(subject, sides, input_.timeline.looks[l]);
    test.seen = observe(subject, l, sides, test.margin);
    if (!test.seen.seen) continue;
    if (test.seen.constant) observe_constant(subject, test.seen);
    worst = std::max(worst, test.seen.constant ? test.seen.z : weights_.of[l] * test.seen.z);
  }
  return worst;
}

void Trial::show_late(const Observation& late, Test& test) const {
  const double weight = weights_.of.back();
  if (test.seen.constant || weight * late.z <= test.weight * test.seen.z) return;
  test.seen = late;
  test.weight = weight;
  test.degrees = late.degrees;
  test.late = true;
}

void Trial::run_placebo(std::size_t look, const std::vector<std::vector<Quality>>& qualities,
                        std::vector<std::optional<Test>>& tests) {
  const std::vector<std::size_t> group = members(Method::placebo);
  std::vector<Tested> tested;
  std::vector<std::optional<Observation>> late;
  for (const std::size_t i : group) {
    const Subject& subject = subjects_[i];
    Test test;
    double worst = observe_looks(i, look, qualities, test);
    const Sides sides = sides_of(fleet_, qualities[look][i].judged);
    late.push_back(observe_late(subject, look, sides, test.margin));
    if (late.back()) worst = std::max(worst, weights_.of.back() * late.back()->z);
    describe(subject, look, sides, test);
    tests[i] = test;
    tested.push_back(
        {worst, &subject.null.worst, subject.spec->worse == Worse::either ? 2.0 : 1.0});
  }
  if (group.empty()) return;
  const auto placebos = static_cast<double>(input_.settings.placebos);
  const StepDown how{statistical_, placebos, alike(placebos), share_of(Method::placebo), true};
  const std::vector<double> adjusted = adjusted_p(tested, how);
  const double alpha = input_.settings.false_alarms;
  const double one_sided = critical_score(tested, how, alpha, 1.0);
  const double two_sided = critical_score(tested, how, alpha, 2.0);
  std::vector<Placebos> drawn = pictures({tested, adjusted, how, alpha, one_sided, two_sided});
  for (std::size_t g = 0; g < group.size(); ++g) {
    Test& test = *tests[group[g]];
    if (!test.seen.seen) continue;
    test.placebos = std::move(drawn[g]);
    test.p_value = own_p(tested[g], subjects_[group[g]].null.available, how);
    test.adjusted_p = std::max(adjusted[g], test.p_value);
    test.critical = tested[g].tails > 1 ? two_sided : one_sided;
    // What failed it is what is shown.
    if (test.adjusted_p <= alpha && late[g]) show_late(*late[g], test);
  }
}

}  // namespace canarygate::judge
