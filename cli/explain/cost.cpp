#include "cli/explain/cost.h"

#include "checks/gate/recording.h"

namespace canarygate {

RunCost run_cost(const Survey& survey) {
  RunCost cost;
  cost.history = survey.history;
  cost.discovery = 2 * survey.discovery_requests;
  const auto& recording = survey.outcome.recording;
  if (recording != nullptr && !recording->timeline.looks.empty()) {
    const std::vector<std::int64_t>& looks = recording->timeline.looks;
    cost.looks.requests = static_cast<std::int64_t>(looks.size()) * survey.window.requests;
    for (const std::int64_t points : looks) {
      cost.looks.points += survey.window.points * points / looks.back();
    }
  }
  cost.run = {cost.discovery + cost.history.requests + cost.looks.requests,
              cost.history.points + cost.looks.points};
  return cost;
}

Duration reference_of(const Survey& survey) {
  const auto& recording = survey.outcome.recording;
  const CheckDefinition& check = survey.request.loaded.check;
  if (!check.needs_past()) return Duration(0);
  if (recording != nullptr && !recording->timeline.looks.empty()) {
    return recording->timeline.reference * recording->timeline.step;
  }
  return check.judge.reference.value_or(4 * check.window.duration);
}

}  // namespace canarygate
