#include "checks/stats/plane.h"

#include <doctest/doctest.h>

#include <initializer_list>

using canarygate::stats::Plane;
using canarygate::stats::Slopes;

namespace {

/// Two regressors at right angles over four points, and y = a·x1 + b·x2.
Slopes fitted(double a, double b) {
  Plane plane;
  for (const double x1 : {-1.0, 2.0}) {
    for (const double x2 : {-3.0, 1.0}) plane.add(x1, x2, a * x1 + b * x2);
  }
  return plane.shares();
}

}  // namespace

TEST_CASE("two slopes of a plane are found, in shares of at most the whole") {
  CHECK(fitted(0.3, 0.5).a == doctest::Approx(0.3));
  CHECK(fitted(0.3, 0.5).b == doctest::Approx(0.5));
  CHECK(fitted(0.9, 0.6).a == doctest::Approx(0.6));  // 1.5 scaled down to 1
  CHECK(fitted(0.9, 0.6).b == doctest::Approx(0.4));
}

TEST_CASE("a slope below nothing is nothing, and the other is fitted alone") {
  // x1 sums to 2·(1 + 4) = 10, x2 to 2·(9 + 1) = 20, their product to (-1 + 2)·(-3 + 1) = -2.
  CHECK(fitted(-0.5, 0.5).a == 0);
  CHECK(fitted(-0.5, 0.5).b == doctest::Approx((0.5 * 20 + 0.5 * 2) / 20));
  CHECK(fitted(0.5, -0.5).b == 0);
  CHECK(fitted(0.5, -0.5).a == doctest::Approx((0.5 * 10 + 0.5 * 2) / 10));
}

TEST_CASE("of one regressor given twice the first has it all, of none there is nothing") {
  Plane twice;
  twice.add(2, 2, 1);
  twice.add(-1, -1, -0.5);
  CHECK(twice.shares().a == doctest::Approx(0.5));
  CHECK(twice.shares().b == 0);
  CHECK(Plane().shares().a == 0);
  CHECK(Plane().shares().b == 0);
}

TEST_CASE("what is removed from a plane was never there") {
  Plane all;
  Plane own;
  for (const double x : {1.0, 2.0, -4.0}) all.add(x, x * x, 0.25 * x);
  own.add(5, 1, 100);
  all.add(own);
  all.remove(own);
  CHECK(all.shares().a == doctest::Approx(0.25));
}
