#include "checks/definition/model.h"

#include <algorithm>

namespace canarygate {

const char* to_string(JudgeMethod method) {
  switch (method) {
    case JudgeMethod::placebo:
      return "placebo";
    case JudgeMethod::threshold:
      return "threshold";
    case JudgeMethod::kayenta:
      return "kayenta";
    case JudgeMethod::mann_whitney:
      break;
  }
  return "mann-whitney";
}

bool CheckDefinition::needs_past() const {
  return std::ranges::any_of(metrics, [&](const MetricSpec& metric) {
    return judge_of(metric).method == JudgeMethod::placebo;
  });
}

}  // namespace canarygate
