/// A test's draws as a picture, for every metric that was tested by the same draws.
#pragma once

#include <vector>

#include "checks/judge/null.h"
#include "checks/judge/placebos.h"

namespace canarygate::judge {

struct PictureRequest {
  const std::vector<Tested>& tested;
  const std::vector<double>& adjusted;  ///< of adjusted_p(), one each
  const StepDown& how;
  double alpha = 0.01;
  double one_sided = 0;  ///< critical_score() of all together, of one tail and of two
  double two_sided = 0;
  bool earlier = true;  ///< Placebos::earlier
};

/// One each, in order. The critical score is the step-down's for that metric: what failed before it
/// has left the comparison.
[[nodiscard]] std::vector<Placebos> pictures(const PictureRequest& request);

}  // namespace canarygate::judge
