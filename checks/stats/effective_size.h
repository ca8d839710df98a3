/// How many independent numbers an autocorrelated series is worth, and how far a variance that was
/// pieced together may be trusted.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace canarygate::stats {

/// Lag-1 autocorrelation, corrected for the bias of short series, within [0, 0.99]: a negative one
/// is read as none, so that alternating noise never looks better than independent noise.
[[nodiscard]] double ar1_coefficient(std::span<const double> series);

/// The number of independent values whose mean varies as the mean of `count` values of an AR(1)
/// process with this coefficient; in [1, count].
[[nodiscard]] double ar1_effective_size(std::size_t count, double coefficient);

/// Stretches of one AR(1) process, each about a mean of its own. NaN is a gap.
struct SerialMeans {
  std::vector<double> mean;      ///< of each stretch
  std::vector<double> variance;  ///< of each mean
  double degrees = 0;            ///< behind all of the variances together
};
/// How far the means of such stretches may be trusted. The coefficient is fitted on all of them,
/// and taken a standard error higher than it seems: one that is too low makes noise look certain.
[[nodiscard]] SerialMeans serial_means(std::span<const std::vector<double>> stretches);

/// A variance estimate and the degrees of freedom behind it.
struct Variance {
  double value = 0;
  double degrees = 0;
};
/// Their sum, by Satterthwaite.
[[nodiscard]] Variance add(Variance a, Variance b);

/// The variance of a host's value about its window, from a table of `hosts` × `windows` values with
/// mean squares between and within hosts (JUDGE.md 4).
[[nodiscard]] Variance between_hosts(double mean_square_between, double mean_square_within,
                                     double hosts, double windows);

}  // namespace canarygate::stats
