#include "checks/stats/summary.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace canarygate::stats;

TEST_CASE("a sum keeps small numbers beside large ones that cancel") {
  const std::vector<double> values{1e16, 1.0, 1.0, -1e16, 0.5};
  CHECK(sum(values) == 2.5);
}

TEST_CASE("quantiles are R's type 7") {
  const std::vector<double> values{9, 1, 4, 7};  // quantile(c(1,4,7,9), c(.1,.5,.9)): 1.9 5.5 8.4
  CHECK(quantile(values, 0.1) == doctest::Approx(1.9));
  CHECK(quantile(values, 0.5) == doctest::Approx(5.5));
  CHECK(quantile(values, 0.9) == doctest::Approx(8.4));
  CHECK(quantile(values, 0) == 1);
  CHECK(quantile(values, 1) == 9);
  CHECK(std::isnan(median({})));
}

TEST_CASE("trimming drops the outermost values and winsorising pulls them in") {
  const std::vector<double> values{1000, 1, 2, 3, -1000};
  CHECK(trimmed_mean(values, 1) == 2);
  CHECK(winsorised_sd(values, 1) == doctest::Approx(1.0));  // 1 1 2 3 3
  CHECK(std::isnan(trimmed_mean(values, 3)));
}

TEST_CASE("the standard deviation is the sample's") {
  CHECK(standard_deviation(std::vector<double>{2, 4, 4, 4, 5, 5, 7, 9}) ==
        doctest::Approx(std::sqrt(32.0 / 7)));
  CHECK(standard_deviation(std::vector<double>{3}) == 0);
}

TEST_CASE("a slope through the origin is the sum of products by the sum of squares") {
  Slope slope;
  CHECK(slope.value() == 0);
  slope.add(1, 3);
  slope.add(2, 3);
  CHECK(slope.value() == doctest::Approx(9.0 / 5));
}
