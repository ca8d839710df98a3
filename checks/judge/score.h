/// Kayenta's score of a canary, 0 to 100, from its metrics' classifications and the weights of
/// their groups.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/judge/kayenta.h"

namespace canarygate::judge {

struct ScoredMetric {
  std::string name;
  std::vector<std::string> groups;  ///< it counts in each; without one only when critical or Nodata
  KayentaResult::Class classification = KayentaResult::Class::error;
  bool critical = false;  ///< as KayentaResult::critical: fails alone unless it passed
  double weight = 1;      ///< within its groups; in Kayenta all weigh the same
};

struct GroupScore {
  std::string group;
  std::optional<double> score;  ///< nothing: none of its metrics could be judged; it counts as 100
  double weight = 0;            ///< out of 100
};

struct Score {
  double value = 0;
  enum class Class { pass, marginal, fail } classification = Class::fail;
  /// The first critical metric that did not pass: the score is 0, whatever the groups.
  std::optional<std::string> critical;
  bool no_data = false;            ///< half of the metrics or more are Nodata: the score is 0
  std::vector<GroupScore> groups;  ///< by name; empty where the score is 0 for one of the two
};

/// Of no metrics at all: 0.
[[nodiscard]] Score score(const std::vector<ScoredMetric>& metrics, const ScoreRule& rule);

}  // namespace canarygate::judge
