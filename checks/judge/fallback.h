/// What is tested when there is no usable history (JUDGE.md 5).
#pragma once

#include <vector>

#include "checks/judge/subject.h"
#include "checks/stats/effective_size.h"

namespace canarygate::judge {

/// The part of `alpha` that each look may spend, O'Brien-Fleming shaped; they add up to alpha.
[[nodiscard]] std::vector<double> spending(const std::vector<std::int64_t>& looks, double alpha);

/// P-values adjusted by Holm; one each, in order.
[[nodiscard]] std::vector<double> holm(const std::vector<double>& p);

/// Sets `subject.d` (or its counts) to window 0 alone, adjusted by the reference where every host
/// judged has one; the slope is fitted without regard to who is canary.
void measure_window_only(Subject& subject, const JudgeInput& input, const Fleet& fleet,
                         const Sides& today, std::int64_t looks_done);

/// The scores of the host sets `draws` of window 0 at one look, as a null of that look alone.
[[nodiscard]] Null permutation_null(const Subject& subject, const Draws& draws, std::size_t look);

/// How much more than by counting alone two counts differ that no history was measured of: because
/// what is expected was itself counted, or because hosts differ (as the baseline's do).
[[nodiscard]] stats::Variance count_overdispersion(const Subject& subject, const Timeline& timeline,
                                                   const Sides& sides, std::size_t look);

/// The canary-minus-baseline series against that of the reference (or zero). `alike`: see
/// JudgeInput.
struct SerialTest {
  bool usable = false;
  double effect = 0;
  double error = 0;    ///< standard error of the effect
  double degrees = 1;  ///< of its Student's t
};
[[nodiscard]] SerialTest serial_test(const Subject& subject, const Timeline& timeline,
                                     const Sides& sides, std::int64_t elapsed, bool alike);

}  // namespace canarygate::judge
