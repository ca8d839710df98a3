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
