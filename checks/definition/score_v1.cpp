// The key `score`, and whether the metrics' groups fit its weights. Kayenta loses a weight whose
// group has no metric and gives no weight to a group that was forgotten; here both are refused.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/definition/parse.h"
#include "checks/definition/reader.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr double kRounding = 1e-9;

std::set<std::string> groups_in_use(const CheckDefinition& check) {
  std::set<std::string> groups;
  for (const MetricSpec& metric : check.metrics) {
    if (metric.groups.empty()) groups.insert(kUngrouped);
    groups.insert(metric.groups.begin(), metric.groups.end());
  }
  return groups;
}

/// Without `score` they would be read by nobody.
void refuse_unscored(const YamlNode& root, Problems& problems) {
  const YamlNode* metrics = Reader(&root).node("metrics");
  if (metrics == nullptr || !metrics->is_list()) return;
  for (const YamlNode& metric : metrics->children) {
    if (!metric.is_map()) continue;
    for (const char* key : {"weight", "groups"}) {
      const YamlNode* place = Reader(&metric).node(key);
      if (place == nullptr) continue;
      problems.push_back(place->problem(
          fmt::format("'{}' counts only with 'score'; add `score` to the check", key)));
    }
  }
}

void check_weights(const YamlNode& weights, const CheckDefinition& check, Problems& problems) {
  std::set<std::string> sharing = groups_in_use(check);
  const std::vector<std::string> known(sharing.begin(), sharing.end());
  for (const YamlNode& key : weights.keys) {
    if (sharing.erase(key.text) > 0 || std::ranges::find(known, key.text) != known.end()) continue;
    const std::string meant = nearest(key.text, known);
    problems.push_back(
        key.problem(fmt::format("no metric is in group '{}'; {}", shorten(key.text, 60),
                                meant.empty() ? "the groups are " + list_of(known, known.size())
                                              : fmt::format("did you mean '{}'?", meant))));
  }
  double sum = 0;
  for (const auto& [group, weight] : check.score->weights) sum += weight;
  if (sum > 100 + kRounding) {
    problems.push_back(
        weights.problem(fmt::format("the weights add up to {:.6g}, and 100 is all there is", sum)));
  } else if (sharing.empty() && sum < 100 - kRounding) {
    problems.push_back(weights.problem(fmt::format(
        "the weights add up to {:.6g}, and no group is left to have the rest of 100", sum)));
  } else if (!sharing.empty() && sum > 100 - kRounding) {
    problems.push_back(weights.problem(fmt::format(
        "the weights add up to 100, which leaves nothing for group '{}'", *sharing.begin())));
  }
}

}  // namespace

std::optional<ScoreRule> read_score(const YamlNode* node, Problems& problems) {
  if (node == nullptr) return std::nullopt;
  const Reader reader(node);
  ScoreRule rule;
  reader.read("pass", rule.pass);
  rule.marginal = std::min(rule.marginal, rule.pass);
  reader.read("marginal", rule.marginal);
  if (reader.sound({"pass", "marginal"}) && rule.marginal > rule.pass) {
    problems.push_back(reader.node("marginal")
                           ->problem(fmt::format(
                               "'marginal' must not be above 'pass', which is {:.6g}", rule.pass)));
  }
  const YamlNode* weights = reader.node("groups");
  if (weights == nullptr) return rule;
  for (const YamlNode& key : weights->keys) {
    reader.map("groups").read(key.text, rule.weights[key.text]);
  }
  return rule;
}

void check_score(const YamlNode& root, const CheckDefinition& check, Problems& problems) {
  if (!Reader(&root).has("score")) return refuse_unscored(root, problems);
  const Reader reader = Reader(&root).map("score");
  const YamlNode* weights = reader.node("groups");
  // Where a value was refused, what the rest of them come to says nothing.
  if (!check.score || weights == nullptr || check.metrics.empty()) return;
  const bool sound =
      std::ranges::all_of(weights->children, [](const YamlNode& n) { return n.is_scalar(); });
  if (sound) check_weights(*weights, check, problems);
}

}  // namespace canarygate
