/// Counts of rare events against what was to be expected (JUDGE.md 2.4).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checks/judge/contrast.h"
#include "checks/stats/counts.h"

namespace canarygate::judge {

struct CountCubes {
  Cube events;
  Cube expected;
  /// Without baseline: the same hosts before each window, the window's other side.
  std::vector<double> events_before;  ///< windows × hosts
  std::vector<double> expected_before;
  bool never = false;  ///< no event was ever seen before the deploy
  Cube residual;       ///< (events - expected) / √expected, for the degrees of freedom
};

/// Events and expected events of each host, window and look (none of the late part).
/// `use_reference`: a host's own past rate, shrunk to the metric's, is what is expected of it.
/// `before_after`: the reference is what the window is compared with.
[[nodiscard]] CountCubes count_cubes(const SummaryRequest& request, bool use_reference,
                                     bool before_after);

/// The median number of events per host and history window (per host and now, without history).
[[nodiscard]] double typical_count(const Fleet& fleet, const Timeline& timeline,
                                   const Points& points);

/// How far from expected, signed: above 0 are too many. `allow_more` and `allow_less` widen what is
/// expected of the canary (fractions). Of both directions the more surprising one counts.
[[nodiscard]] double count_score(const stats::TwoCounts& counts, Worse worse, double allow_more,
                                 double allow_less);

[[nodiscard]] stats::TwoCounts two_counts(const CountCubes& cubes, std::size_t window,
                                          std::size_t look, std::span<const std::uint32_t> canary,
                                          std::span<const std::uint32_t> left_out);

/// As score_draws, draws × parts; none of the late part.
[[nodiscard]] std::vector<double> score_count_draws(const CountCubes& cubes, const Draws& draws,
                                                    Worse worse);

}  // namespace canarygate::judge
