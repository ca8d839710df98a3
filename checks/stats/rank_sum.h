/// How two samples stand against each other in rank, the one moved by a shift.
#pragma once

#include <span>

namespace canarygate::stats {

/// Of x - shift against y, ties shared.
struct RankSum {
  double u = 0;       ///< pairs in which x is the larger, equal ones counted half
  double excess = 0;  ///< u less its expectation when both are alike
  double sigma = 0;   ///< and its standard deviation then, ties considered; 0: all are tied
};

/// Both ascending and not empty; `shift` finite. Takes one pass, so that a root finder may ask for
/// many shifts.
[[nodiscard]] RankSum rank_sum(std::span<const double> x, double shift, std::span<const double> y);

}  // namespace canarygate::stats
