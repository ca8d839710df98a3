#include "checks/judge/null.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "checks/stats/distributions.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

std::vector<double> present(const std::vector<double>& scores, std::size_t parts,
                            std::size_t part) {
  std::vector<double> out;
  for (std::size_t i = part; i < scores.size(); i += parts) {
    if (!std::isnan(scores[i])) out.push_back(scores[i]);
  }
  return out;
}

/// Placebo counts are discrete and skewed: their upper tail is what overdispersion shows in.
double overdispersion(std::vector<double> scores, Worse worse) {
  if (scores.empty()) return 1.0;
  for (double& score : scores) score = oriented(score, worse);
  const double normal = stats::normal_upper_quantile(worse == Worse::either ? 0.0125 : 0.025);
  return std::max(1.0, stats::quantile(std::move(scores), 0.975) / normal);
}

/// (1 + count) / (1 + draws), as if the draws were repeated until there are `nominal` of them, and
/// with `alike` in place of 1.
double tail_p(std::size_t count, std::size_t draws, const StepDown& how) {
  if (draws == 0) return 1.0;
  const double repeat = std::max(1.0, how.nominal / static_cast<double>(draws));
  return (how.alike + repeat * static_cast<double>(count)) /
         (how.alike + repeat * static_cast<double>(draws));
}

/// The gate's statistic of every draw: the maximum over the metrics.
std::vector<double> maxima(const std::vector<Tested>& tested) {
  std::vector<double> all;
  for (const Tested& metric : tested) {
    all.resize(std::max(all.size(), metric.placebos->size()), kNever);
    for (std::size_t i = 0; i < metric.placebos->size(); ++i) {
      all[i] = std::max(all[i], (*metric.placebos)[i]);
    }
  }
  return all;
}

double floor_p(double worst, double tails, std::size_t metrics) {
  return std::min(1.0, tails * static_cast<double>(metrics) * stats::normal_upper(worst));
}

}  // namespace

std::vector<double> look_weights(const std::vector<std::int64_t>& looks) {
  std::vector<double> weights;
  for (const std::int64_t end : looks) {
    weights.push_back(std::sqrt(static_cast<double>(end) / static_cast<double>(looks.back())));
  }
  return weights;
}

PartWeights part_weights(const Timeline& timeline) {
  constexpr double kLate = 0.85;
  PartWeights weights{look_weights(timeline.looks), timeline.looks.size() - 1};
  if (timeline.late > 0) weights.of.push_back(kLate);
  return weights;
}

double oriented(double score, Worse worse) {
  switch (worse) {
    case Worse::higher:
      return score;
    case Worse::lower:
      return -score;
    case Worse::either:
      break;
  }
  return std::abs(score);
}

void extend_null(Null& null, const std::vector<double>& scores, const PartWeights& weights,
                 Worse worse) {
  const std::size_t parts = weights.of.size();
  for (std::size_t i = 0; i < scores.size(); i += parts) {
    double worst = kNever;
    for (std::size_t part = 0; part < parts; ++part) {
      const double score = scores[i + part];
      if (std::isnan(score)) continue;
      const double z = null.sd[part] > 0 ? score / null.sd[part] : 0.0;
      worst = std::max(worst, weights.of[part] * oriented(z, worse));
    }
    null.worst.push_back(worst);
    null.available += worst > kNever ? 1U : 0U;
  }
}

Null make_null(const std::vector<double>& scores, const PartWeights& weights, Worse worse,
               bool counts) {
  const std::size_t parts = weights.of.size();
  Null null;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::vector<double> at_part = present(scores, parts, part);
    null.sd.push_back(counts            ? overdispersion(at_part, worse)
                      : at_part.empty() ? 0.0
                                        : stats::standard_deviation(at_part));
  }
  extend_null(null, scores, weights, worse);
  std::vector<double> either_way;
  if (counts) {
    either_way = null.worst;
  } else {
    Null two_sided;
    two_sided.sd = null.sd;
    extend_null(two_sided, scores, weights, Worse::either);
    either_way = std::move(two_sided.worst);
  }
  std::erase(either_way, kNever);
  if (!either_way.empty()) null.two_sided = stats::quantile(std::move(either_way), 0.975);
  null.two_sided = std::max(null.two_sided, stats::normal_upper_quantile(0.025));
  std::vector<double> last = present(scores, parts, weights.whole);
  for (double& score : last) score = worse == Worse::lower ? -score : score;
  const double sd = null.sd[weights.whole];
  null.unlucky = last.empty() || !(sd > 0) ? -0.84 : stats::quantile(std::move(last), 0.2) / sd;
  null.unlucky = std::min(null.unlucky, 0.0);
  return null;
}

double own_p(const Tested& tested, std::size_t available, const StepDown& how) {
  const auto count = std::ranges::count_if(*tested.placebos,
                                           [&](double placebo) { return placebo >= tested.worst; });
  return tail_p(static_cast<std::size_t>(count), available, how);
}

std::vector<double> adjusted_p(const std::vector<Tested>& tested, const StepDown& how) {
  std::vector<std::size_t> order(tested.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return tested[a].worst < tested[b].worst; });
  // From the least surprising up: the maxima over a metric and all that surprise less than it.
  std::vector<double> p(tested.size(), 1.0);
  std::vector<double> running;
  for (std::size_t step = 0; step < order.size(); ++step) {
    const Tested& metric = tested[order[step]];
    running.resize(std::max(running.size(), metric.placebos->size()), kNever);
    for (std::size_t i = 0; i < metric.placebos->size(); ++i) {
      running[i] = std::max(running[i], (*metric.placebos)[i]);
    }
    const auto count =
        std::ranges::count_if(running, [&](double placebo) { return placebo >= metric.worst; });
    double& own = p[order[step]];
    own = std::min(1.0, how.share * tail_p(static_cast<std::size_t>(count), running.size(), how));
    if (how.floor) {
      const std::size_t decided = order.size() - 1 - step;
      own = std::max(own, floor_p(metric.worst, metric.tails, how.metrics - decided));
    }
  }
  for (std::size_t step = order.size(); step-- > 1;) {
    p[order[step - 1]] = std::max(p[order[step - 1]], p[order[step]]);
  }
  return p;
}

double critical_score(const std::vector<Tested>& tested, const StepDown& how, double alpha,
                      double tails) {
  std::vector<double> all = maxima(tested);
  std::ranges::sort(all, std::greater<>());
  const double floor =
      how.floor ? stats::normal_upper_quantile(alpha / (tails * static_cast<double>(how.metrics)))
                : kNever;
  // The most draws that may lie beyond; p is a step function of it.
  std::size_t beyond = 0;
  while (beyond < all.size() && how.share * tail_p(beyond + 1, all.size(), how) <= alpha) {
    ++beyond;
  }
  if (all.empty() || how.share * tail_p(0, all.size(), how) > alpha) {
    return std::numeric_limits<double>::infinity();
  }
  return beyond < all.size() ? std::max(floor, all[beyond]) : floor;
}

}  // namespace canarygate::judge
