/// How one metric's placebo comparisons scored, and what was seen beside them: what a picture of
/// the test needs. Counts in bins instead of the draws, so that it stays small.
///
/// A score is what the judge compares: how much worse the canary's side is, in multiples of what is
/// usual, the largest of all looks so far. Larger is worse, whatever the metric's direction.
#pragma once

#include <cstdint>
#include <vector>

namespace canarygate::judge {

struct Placebos {
  std::int64_t draws = 0;  ///< that say something of this metric
  double lowest = 0;
  double highest = 0;
  std::vector<std::int64_t> bins;  ///< equal steps from lowest to highest, each with its lower end
  double observed = 0;             ///< the canary's own score, less what `allow` grants it
  double critical = 0;             ///< it fails beyond this; infinite: no score could
  std::int64_t beyond = 0;         ///< draws that score as high as what was seen, or higher
  bool earlier = true;  ///< drawn from earlier windows too; false: other hosts of this window only
};

}  // namespace canarygate::judge
