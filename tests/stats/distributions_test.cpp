#include "checks/stats/distributions.h"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

using namespace canarygate::stats;

TEST_CASE("normal tails agree with R where 1 - p would be zero") {
  CHECK(normal_upper_quantile(0.025) == doctest::Approx(1.959963984540054).epsilon(1e-14));
  CHECK(normal_upper(6) == doctest::Approx(9.865876450376981e-10).epsilon(1e-13));
  CHECK(normal_upper(20) == doctest::Approx(2.753624118606233e-89).epsilon(1e-12));
  CHECK(normal_cdf(-6) == normal_upper(6));
  for (const double z : {0.5, 3.0, 8.0, 20.0, 37.0}) {
    CHECK(normal_upper_quantile(normal_upper(z)) == doctest::Approx(z).epsilon(1e-12));
  }
}

TEST_CASE("no probability gives an infinite or undefined score") {
  CHECK(normal_upper_quantile(0.0) == kLargestScore);
  CHECK(normal_upper_quantile(1.0) == -kLargestScore);
  CHECK(normal_upper_quantile(-1.0) == kLargestScore);
  CHECK(std::isnan(normal_upper_quantile(std::nan(""))));
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(t_to_z(infinity, 3) == kLargestScore);
  CHECK(t_to_z(-infinity, 3) == -kLargestScore);
  CHECK(std::isnan(t_upper(1, 0)));
}

TEST_CASE("Student's t agrees with its closed forms for one and two degrees and with R for ten") {
  for (const double t : {-3.0, 0.0, 0.7, 12.0, 1e6}) {
    CHECK(t_upper(t, 1) == doctest::Approx(std::atan2(1.0, t) / M_PI).epsilon(1e-12));
  }
  CHECK(t_upper(3, 2) == doctest::Approx(0.5 - 3 / (2 * std::sqrt(11.0))).epsilon(1e-12));
  CHECK(t_upper_quantile(0.025, 10) == doctest::Approx(2.228138851964939).epsilon(1e-9));
  CHECK(t_upper(2.0, std::numeric_limits<double>::infinity()) == normal_upper(2.0));
}

TEST_CASE("a t becomes the normal score that is as rare, and back") {
  CHECK(t_to_z(2.228138851964939, 10) == doctest::Approx(1.959963984540054).epsilon(1e-9));
  for (const double z : {-4.0, -0.1, 0.0, 2.5, 6.0}) {
    CHECK(t_to_z(z_to_t(z, 3.7), 3.7) == doctest::Approx(z).epsilon(1e-10));
  }
}
