/// The Mann-Whitney (Wilcoxon rank sum) test of two samples, with the Hodges-Lehmann shift and its
/// confidence interval: number for number what R's wilcox.test(x, y, conf.int = TRUE) gives.
#pragma once

#include <optional>
#include <span>

namespace canarygate::stats {

enum class Alternative { two_sided, greater, less };

struct MannWhitneyRule {
  Alternative alternative = Alternative::two_sided;
  /// The exact distribution, where there are no ties; nothing: with fewer than 50 on each side.
  std::optional<bool> exact = std::nullopt;
  double confidence = 0.95;  ///< of the interval, in (0, 1); one-sided where the alternative is
  double shift = 0;          ///< the p-value is that of x - shift; the interval is always of x
};

struct MannWhitney {
  double statistic = 0;           ///< pairs in which x is the larger, ties half
  std::optional<double> p_value;  ///< nothing: all numbers are equal
  std::optional<double> lower;    ///< nothing: unbounded, or each side has one value only
  std::optional<double> upper;
  std::optional<double> estimate;
  bool exact = false;  ///< which it was
};

/// In any order; all finite. Nothing when a side is empty, or when the exact distribution is
/// asked for more than kMostExactPairs.
[[nodiscard]] std::optional<MannWhitney> mann_whitney(std::span<const double> x,
                                                      std::span<const double> y,
                                                      const MannWhitneyRule& rule);

}  // namespace canarygate::stats
