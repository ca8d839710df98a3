/// What the placebo scores say together: scores in units of their own spread, the maximum over
/// looks and the late points, and p-values over all metrics at once (JUDGE.md 4).
#pragma once

#include <cstdint>
#include <vector>

#include "checks/definition/model.h"
#include "checks/judge/timeline.h"

namespace canarygate::judge {

/// One metric's placebo scores.
struct Null {
  std::vector<double> sd;  ///< by part: what a signed score is divided by to be a z
  std::vector<double>
      worst;  ///< by draw: max over parts of weight · z, larger is worse; -inf: none
  std::size_t available = 0;  ///< draws that say something of this metric
  double two_sided = 0;  ///< 97.5 % quantile over the draws of the max over parts of weight·|z|
  double unlucky = 0;    ///< 20 % quantile of z at the last look: as lucky as the canary may be
};

/// √(n_l / n): early looks stop only for large effects.
[[nodiscard]] std::vector<double> look_weights(const std::vector<std::int64_t>& looks);

/// How much each part of a window counts: the looks as look_weights(), the late points a little
/// less than the whole, because nearly all changes show more in that.
struct PartWeights {
  std::vector<double> of;
  std::size_t whole = 0;  ///< the part that is all of the window
};
[[nodiscard]] PartWeights part_weights(const Timeline& timeline);

/// Larger is worse, whatever the direction.
[[nodiscard]] double oriented(double score, Worse worse);

/// `scores`: signed, draws × parts. `counts`: scores are normal scores already; they are only ever
/// divided by the overdispersion seen in the draws.
[[nodiscard]] Null make_null(const std::vector<double>& scores, const PartWeights& weights,
                             Worse worse, bool counts);

/// Adds draws whose scores were measured later (those inside the window itself); `scales` stay.
void extend_null(Null& null, const std::vector<double>& scores, const PartWeights& weights,
                 Worse worse);

/// One metric in the step-down.
struct Tested {
  double worst = 0;                               ///< observed: max over parts of weight · z
  const std::vector<double>* placebos = nullptr;  ///< Null::worst
  double tails = 1;                               ///< 2 for `either`
};

struct StepDown {
  std::size_t metrics = 1;  ///< of the whole gate: the floor of the threshold is for all of them
  double nominal = 0;       ///< as many draws are meant at least (with few windows they repeat)
  double alike = 1;         ///< so many draws are nearly the same: what is seen counts as that many
  double share = 1;         ///< what the draws' p is multiplied by: others spend their part of α
  bool floor = true;        ///< p is never below metrics · P[Z > worst]
};

/// P-values adjusted for all metrics and looks by the step-down maximum; one each, in order.
[[nodiscard]] std::vector<double> adjusted_p(const std::vector<Tested>& tested,
                                             const StepDown& how);

/// The p-value of one metric alone, among the draws that say something of it.
[[nodiscard]] double own_p(const Tested& tested, std::size_t available, const StepDown& how);

/// The weighted score from which a metric fails: beyond all but `alpha` of the draws' maxima.
[[nodiscard]] double critical_score(const std::vector<Tested>& tested, const StepDown& how,
                                    double alpha, double tails);

}  // namespace canarygate::judge
