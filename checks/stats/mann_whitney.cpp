// Hollander & Wolfe, Nonparametric Statistical Methods, 4.1 to 4.3; Bauer, Journal of the American
// Statistical Association 67 (1972) for the intervals. Without ties and in small samples exact:
// order statistics of all differences. Else the normal approximation with continuity correction,
// its interval and estimate the shifts at which the test's score crosses a quantile, to 1e-4.
#include "checks/stats/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "checks/stats/brent.h"
#include "checks/stats/distributions.h"
#include "checks/stats/rank_sum.h"
#include "checks/stats/summary.h"
#include "checks/stats/wilcoxon.h"

namespace canarygate::stats {

namespace {

constexpr std::size_t kSmall = 50;

struct Samples {
  std::vector<double> x;  // ascending
  std::vector<double> y;
};

bool has_ties(const Samples& samples, double shift) {
  std::vector<double> all;
  all.reserve(samples.x.size() + samples.y.size());
  for (const double value : samples.x) all.push_back(value - shift);
  all.insert(all.end(), samples.y.begin(), samples.y.end());
  std::ranges::sort(all);
  return std::ranges::adjacent_find(all) != all.end();
}

double exact_p(const Wilcoxon& null, double u, double pairs, Alternative alternative) {
  switch (alternative) {
    case Alternative::greater:
      return null.upper(u);
    case Alternative::less:
      return null.lower(u);
    case Alternative::two_sided:
      break;
  }
  return std::min(2.0 * (u > pairs / 2.0 ? null.upper(u) : null.lower(u)), 1.0);
}

void exact_interval(const Samples& samples, const Wilcoxon& null, const MannWhitneyRule& rule,
                    MannWhitney& result) {
  std::vector<double> differences;
  differences.reserve(samples.x.size() * samples.y.size());
  for (const double a : samples.x) {
    for (const double b : samples.y) differences.push_back(a - b);
  }
  std::ranges::sort(differences);
  const double alpha = 1.0 - rule.confidence;
  const double tail = rule.alternative == Alternative::two_sided ? alpha / 2.0 : alpha;
  // An interval from end to end is the widest there is, however much confidence is asked for.
  const auto rank = static_cast<std::size_t>(std::max(null.quantile(tail), 1.0));
  if (rule.alternative != Alternative::less) result.lower = differences[rank - 1];
  if (rule.alternative != Alternative::greater) {
    result.upper = differences[differences.size() - rank];
  }
  result.estimate = median(std::move(differences));
}

/// What is taken off the score's distance from its expectation, which moves in halves.
double correction(double excess, Alternative alternative) {
  switch (alternative) {
    case Alternative::greater:
      return 0.5;
    case Alternative::less:
      return -0.5;
    case Alternative::two_sided:
      break;
  }
  return excess > 0.0 ? 0.5 : excess < 0.0 ? -0.5 : 0.0;
}

std::optional<double> normal_p(double score, Alternative alternative) {
  if (std::isnan(score)) return std::nullopt;
  switch (alternative) {
    case Alternative::greater:
      return normal_upper(score);
    case Alternative::less:
      return normal_cdf(score);
    case Alternative::two_sided:
      break;
  }
  return 2.0 * std::min(normal_cdf(score), normal_upper(score));
}

/// The shifts at which the normal score of x - shift against y crosses a level.
class Crossing {
 public:
  explicit Crossing(const Samples& samples)
      : samples_(samples),
        least_(samples.x.front() - samples.y.back()),
        most_(samples.x.back() - samples.y.front()) {}

  /// Where the corrected score crosses `level`; an end of the differences where it never does.
  [[nodiscard]] std::optional<double> at(double level, Alternative alternative) const {
    if (!std::isfinite(most_ - least_)) return std::nullopt;
    const double low = score(least_, alternative) - level;
    const double high = score(most_, alternative) - level;
    if (std::isnan(low) || std::isnan(high)) return std::nullopt;
    if (low <= 0.0) return least_;
    if (high >= 0.0) return most_;
    return root([&](double shift) { return score(shift, alternative) - level; }, low, high);
  }

  /// Where the score without correction is 0.
  [[nodiscard]] std::optional<double> middle() const {
    if (!std::isfinite(most_ - least_)) return std::nullopt;
    const auto plain = [&](double shift) {
      const RankSum sum = rank_sum(samples_.x, shift, samples_.y);
      return sum.excess / sum.sigma;
    };
    const double low = plain(least_);
    const double high = plain(most_);
    // Only rounding can hide the change of sign, in numbers that differ in their last digits.
    if (!(low * high <= 0.0)) return std::nullopt;
    return root(plain, low, high);
  }

 private:
  [[nodiscard]] double score(double shift, Alternative alternative) const {
    const RankSum sum = rank_sum(samples_.x, shift, samples_.y);
    return (sum.excess - correction(sum.excess, alternative)) / sum.sigma;
  }

  template <typename F>
  [[nodiscard]] double root(const F& f, double low, double high) const {
    constexpr double kLargest = std::numeric_limits<double>::max();
    const auto finite = [&](double shift) {
      const double value = f(shift);
      return std::isnan(value) ? kLargest : std::clamp(value, -kLargest, kLargest);
    };
    return brent_root(finite, {least_, low}, {most_, high});
  }

  const Samples& samples_;
  double least_;
  double most_;
};

void normal_interval(const Samples& samples, const MannWhitneyRule& rule, MannWhitney& result) {
  const Crossing crossing(samples);
  const double alpha = 1.0 - rule.confidence;
  const double tail = rule.alternative == Alternative::two_sided ? alpha / 2.0 : alpha;
  const double level = normal_upper_quantile(tail);
  if (rule.alternative != Alternative::less) result.lower = crossing.at(level, rule.alternative);
  if (rule.alternative != Alternative::greater) {
    result.upper = crossing.at(-level, rule.alternative);
  }
  result.estimate = crossing.middle();
}

}  // namespace

std::optional<MannWhitney> mann_whitney(std::span<const double> x, std::span<const double> y,
                                        const MannWhitneyRule& rule) {
  if (x.empty() || y.empty()) return std::nullopt;
  Samples samples{{x.begin(), x.end()}, {y.begin(), y.end()}};
  std::ranges::sort(samples.x);
  std::ranges::sort(samples.y);
  const bool wanted = rule.exact.value_or(x.size() < kSmall && y.size() < kSmall);
  const std::size_t pairs = x.size() * y.size();

  const RankSum sum = rank_sum(samples.x, rule.shift, samples.y);
  MannWhitney result;
  result.statistic = sum.u;
  result.exact = wanted && !has_ties(samples, rule.shift);
  if (result.exact) {
    if (pairs > kMostExactPairs) return std::nullopt;
    const Wilcoxon null(x.size(), y.size());
    result.p_value = exact_p(null, sum.u, static_cast<double>(pairs), rule.alternative);
    exact_interval(samples, null, rule, result);
  } else {
    result.p_value = normal_p((sum.excess - correction(sum.excess, rule.alternative)) / sum.sigma,
                              rule.alternative);
    normal_interval(samples, rule, result);
  }
  return result;
}

}  // namespace canarygate::stats
