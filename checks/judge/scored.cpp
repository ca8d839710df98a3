#include "checks/judge/scored.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/text.h"

namespace canarygate::judge {

namespace {

using Class = KayentaResult::Class;

Class class_of(const Finding& finding, bool last_look) {
  if (finding.missed) return Class::nodata_fail_metric;
  switch (finding.verdict) {
    case Verdict::pass:
      return Class::pass;
    case Verdict::fail:
      return Class::high;  // as good as Low: it did not pass
    case Verdict::no_data:
    case Verdict::undecided:
    case Verdict::trouble:
      break;
  }
  return last_look ? Class::error : Class::pass;
}

std::vector<std::string> groups_of(const MetricSpec& spec) {
  return spec.groups.empty() ? std::vector<std::string>{kUngrouped} : spec.groups;
}

/// Every group's weight, and of those that have a judged metric what they come to together.
std::map<std::string, double> weights_of(const std::vector<const MetricSpec*>& specs,
                                         const std::set<std::string>& judged,
                                         const ScoreRule& rule) {
  std::map<std::string, double> weights = rule.weights;
  double left = 100;
  for (const auto& [group, weight] : rule.weights) left -= weight;
  std::set<std::string> sharing;
  for (const MetricSpec* spec : specs) {
    for (const std::string& group : groups_of(*spec)) {
      if (!weights.contains(group)) sharing.insert(group);
    }
  }
  for (const std::string& group : sharing) {
    weights[group] = std::max(0.0, left) / static_cast<double>(sharing.size());
  }
  std::erase_if(weights, [&](const auto& weight) { return !judged.contains(weight.first); });
  double sum = 0;
  for (const auto& [group, weight] : weights) sum += weight;
  for (auto& [group, weight] : weights) weight = sum > 0 ? 100 * weight / sum : 0;
  return weights;
}

std::string groups_text(const std::vector<GroupScore>& groups) {
  if (groups.size() < 2) return "";
  std::vector<std::string> words;
  for (const GroupScore& group : groups) {
    words.push_back(fmt::format("{} {:.4g} (weight {:.4g})", printable(group.group),
                                group.score.value_or(100), group.weight));
  }
  return ": " + join(words, ", ");
}

/// Why the gate fails by its score, if it does.
std::optional<Reason> reason_of(const Score& score, const ScoreRule& rule, bool last_look) {
  const auto reason = [](std::string text) {
    return Reason{"score", std::nullopt, std::nullopt, std::move(text)};
  };
  if (score.critical) {
    return reason(fmt::format("the canary scores 0 of 100, because '{}' is critical and failed",
                              printable(*score.critical)));
  }
  const double needed = last_look ? rule.pass : rule.marginal;
  if (score.value >= needed) return std::nullopt;
  if (last_look) {
    return reason(fmt::format("the canary scores {:.4g} of 100, below the {:.4g} it needs{}",
                              score.value, needed, groups_text(score.groups)));
  }
  return reason(
      fmt::format("the canary scores {:.4g} of 100 so far, below the {:.4g} at which the gate "
                  "waits no longer{}",
                  score.value, needed, groups_text(score.groups)));
}

bool silent(const Finding& finding) {
  return std::ranges::any_of(finding.reasons,
                             [](const Reason& reason) { return reason.code == "canary_silent"; });
}

}  // namespace

const char* to_string(Score::Class classification) {
  switch (classification) {
    case Score::Class::pass:
      return "pass";
    case Score::Class::marginal:
      return "marginal";
    case Score::Class::fail:
      break;
  }
  return "fail";
}

std::optional<Scored> score_findings(const std::vector<const MetricSpec*>& specs,
                                     const std::vector<Finding>& findings, const ScoreRule& rule,
                                     bool last_look) {
  std::vector<ScoredMetric> metrics;
  std::set<std::string> judged;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Class classification = class_of(findings[i], last_look);
    if (classification == Class::error) continue;
    const MetricSpec& spec = *specs[i];
    metrics.push_back(
        {spec.name, groups_of(spec), classification, findings[i].critical, spec.weight});
    judged.insert(metrics.back().groups.begin(), metrics.back().groups.end());
  }
  if (metrics.empty()) return std::nullopt;
  const Score score =
      judge::score(metrics, {weights_of(specs, judged, rule), rule.pass, rule.marginal});
  Scored scored{score.value, score.classification, score.groups, false,
                reason_of(score, rule, last_look)};
  scored.fails = scored.reason.has_value();
  if (std::ranges::any_of(findings, silent)) {  // that is the reason then
    scored.fails = true;
    scored.reason.reset();
  }
  return scored;
}

}  // namespace canarygate::judge
