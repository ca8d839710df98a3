#include "checks/judge/score.h"

#include <algorithm>
#include <cmath>

namespace canarygate::judge {

namespace {

using Class = KayentaResult::Class;

/// What counts in a group: what was judged, and what should have had data. Neither Nodata nor Error
/// count, as in Kayenta.
struct Tally {
  double passed = 0;
  double counted = 0;
};

std::map<std::string, Tally> tally(const std::vector<ScoredMetric>& metrics) {
  std::map<std::string, Tally> groups;
  for (const ScoredMetric& metric : metrics) {
    const bool counts =
        metric.classification != Class::nodata && metric.classification != Class::error;
    for (const std::string& name : metric.groups) {
      Tally& group = groups[name];
      if (counts) group.counted += metric.weight;
      if (metric.classification == Class::pass) group.passed += metric.weight;
    }
  }
  return groups;
}

std::vector<GroupScore> group_scores(const std::vector<ScoredMetric>& metrics,
                                     const ScoreRule& rule) {
  const std::map<std::string, Tally> groups = tally(metrics);
  // A weight counts even where its group has no metric: what it had is lost, not shared.
  double left = 100;
  for (const auto& [name, weight] : rule.weights) left -= weight;
  const auto sharing = static_cast<double>(std::ranges::count_if(
      groups, [&](const auto& group) { return !rule.weights.contains(group.first); }));
  std::vector<GroupScore> scores;
  for (const auto& [name, group] : groups) {
    GroupScore scored{name, std::nullopt, left / std::max(1.0, sharing)};
    if (group.counted > 0) scored.score = 100.0 * group.passed / group.counted;
    if (const auto weight = rule.weights.find(name); weight != rule.weights.end()) {
      scored.weight = weight->second;
    }
    scores.push_back(std::move(scored));
  }
  return scores;
}

double half_up(double value) { return std::floor(value * 100.0 + 0.5) / 100.0; }

}  // namespace

Score score(const std::vector<ScoredMetric>& metrics, const ScoreRule& rule) {
  Score result;
  const auto failed = std::ranges::find_if(metrics, [](const ScoredMetric& metric) {
    return metric.critical && metric.classification != Class::pass;
  });
  const auto silent = std::ranges::count(metrics, Class::nodata, &ScoredMetric::classification);
  if (failed != metrics.end()) {
    result.critical = failed->name;
  } else if (2 * static_cast<std::size_t>(silent) >= metrics.size()) {
    result.no_data = true;
  } else {
    result.groups = group_scores(metrics, rule);
    double sum = 0;
    for (const GroupScore& group : result.groups) sum += group.score.value_or(100) * group.weight;
    result.value = half_up(sum / 100.0);
  }
  using Outcome = Score::Class;
  result.classification = result.value >= rule.pass       ? Outcome::pass
                          : result.value >= rule.marginal ? Outcome::marginal
                                                          : Outcome::fail;
  return result;
}

}  // namespace canarygate::judge
