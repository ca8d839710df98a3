/// What `score` makes of a look's findings: Kayenta's score of those that could be judged, and
/// whether the gate fails by it.
#pragma once

#include "checks/judge/finding.h"
#include "checks/judge/score.h"

namespace canarygate::judge {

struct Scored {
  double value = 0;  ///< 0 to 100
  Score::Class classification = Score::Class::fail;
  std::vector<GroupScore> groups;  ///< by name; empty where a critical metric's failure made it 0
  bool fails = false;              ///< the gate, at this look
  std::optional<Reason> reason;    ///< why, where it is for the score
};
[[nodiscard]] const char* to_string(Score::Class classification);

/// One finding a spec, in order. Before the last look what has not failed counts as passed. What
/// could not be judged counts neither way, unless it must have data and has none: that counts as
/// failed; and a group of nothing else is left out. A critical
/// metric's failure fails, and so does a canary that fell silent. Nothing: nothing was judged.
[[nodiscard]] std::optional<Scored> score_findings(const std::vector<const MetricSpec*>& specs,
                                                   const std::vector<Finding>& findings,
                                                   const ScoreRule& rule, bool last_look);

}  // namespace canarygate::judge
