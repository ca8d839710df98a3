#include "checks/stats/effective_size.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace canarygate::stats;

TEST_CASE("the effective size is what the variance of an autocorrelated mean says") {
  for (const double phi : {0.3, 0.9}) {
    const int n = 13;
    double variance = 0;  // of the mean, in units of one value's
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) variance += std::pow(phi, std::abs(i - j)) / (n * n);
    }
    CHECK(ar1_effective_size(13, phi) == doctest::Approx(1 / variance).epsilon(1e-12));
  }
  CHECK(ar1_effective_size(13, 0) == 13);
  CHECK(ar1_effective_size(1, 0.5) == 1);
}

TEST_CASE("alternating noise is not read as better than independent noise") {
  CHECK(ar1_coefficient(std::vector<double>{1, -1, 1, -1, 1, -1, 1, -1, 1, -1}) == 0);
}

TEST_CASE("a series of seven highs and then three lows is hardly more than one number") {
  const std::vector<double> series{1, 1, 1, 1, 1, 1, 1, 0, 0, 0};
  // Lag-1: (6·.09 + .3·(-.7) + 2·.49) / 2.1 = .6238; with Kendall's correction 7.238 / 7, so .99.
  CHECK(ar1_coefficient(series) == 0.99);
}

TEST_CASE("degrees of freedom add up by Satterthwaite") {
  // Two equal variances with the same degrees have twice as many together.
  const Variance both = add({3, 5}, {3, 5});
  CHECK(both.value == 6);
  CHECK(both.degrees == doctest::Approx(10));
  // A variance that is nearly all of it brings its own degrees.
  CHECK(add({1, 4}, {1e-9, 1000}).degrees == doctest::Approx(4).epsilon(1e-6));
}

TEST_CASE("between-host variance: by hand for 3 hosts and 4 windows") {
  // MSB 8, MSE 2: V = 8/4 + 3/4·2 = 3.5; ν = 12.25 / (4/2 + 2.25/6) = 5.157894...
  const Variance variance = between_hosts(8, 2, 3, 4);
  CHECK(variance.value == doctest::Approx(3.5));
  CHECK(variance.degrees == doctest::Approx(12.25 / 2.375));
}

namespace {

/// The variance of the mean of n neighbours, in units of one value's, summed pair by pair.
double mean_variance(int n, double phi) {
  double variance = 0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) variance += std::pow(phi, std::abs(i - j)) / (n * n);
  }
  return variance;
}

std::vector<double> alternating(int n, double level) {
  std::vector<double> series;
  for (int i = 0; i < n; ++i) series.push_back(level + (i % 2 == 0 ? 1 : -1));
  return series;
}

}  // namespace

TEST_CASE("means of stretches are trusted as their points' likeness allows, by hand") {
  const std::vector<std::vector<double>> stretches{alternating(20, 5), alternating(40, 3)};
  const SerialMeans means = serial_means(stretches);
  CHECK(means.mean[0] == doctest::Approx(5));
  CHECK(means.mean[1] == doctest::Approx(3));
  // Neighbours are unlike, so the coefficient is 0, and a standard error of 60 values above.
  const double phi = std::sqrt(1.0 / 60);
  const double one = mean_variance(20, phi);
  const double two = mean_variance(40, phi);
  // All deviations are 1; a mean takes its own variance off the squares.
  const double square = 60 / (60 - 20 * one - 40 * two);
  CHECK(means.variance[0] == doctest::Approx(square * one));
  CHECK(means.variance[1] == doctest::Approx(square * two));
  CHECK(means.degrees == doctest::Approx(1 / one + 1 / two - 2));
}

TEST_CASE("a spike does not make a slow course look like independent noise") {
  std::vector<double> slow;
  for (int i = 0; i < 80; ++i) slow.push_back(std::sin(i * 0.2));
  std::vector<double> spiky = slow;
  spiky[40] += 30;
  const double calm = serial_means(std::vector<std::vector<double>>{slow}).degrees;
  CHECK(calm < 4);
  CHECK(serial_means(std::vector<std::vector<double>>{spiky}).degrees < 2 * calm + 1);
}

TEST_CASE("a gap is no neighbour") {
  const double gap = std::nan("");
  // Every value follows a gap: nothing is known of neighbours, so all are taken for alike.
  const SerialMeans means = serial_means(std::vector<std::vector<double>>{
      {1, gap, -1, gap, 1, gap, -1, gap, 1, gap, -1, gap, 1, gap, -1}});
  CHECK(means.degrees == 0.5);
}
