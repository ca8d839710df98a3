#include "checks/backtest/rate.h"

#include <doctest/doctest.h>

namespace canarygate::backtest::test {

TEST_CASE("a rate's interval is that of R's binom.test") {
  CHECK(rate_of(5, 10).lower == doctest::Approx(0.1870860).epsilon(1e-6));
  CHECK(rate_of(5, 10).upper == doctest::Approx(0.8129140).epsilon(1e-6));
  CHECK(rate_of(1, 10).lower == doctest::Approx(0.002528579).epsilon(1e-6));
  CHECK(rate_of(1, 10).upper == doctest::Approx(0.445016117).epsilon(1e-6));
  CHECK(rate_of(0, 10).lower == 0);
  CHECK(rate_of(0, 10).upper == doctest::Approx(0.3084971).epsilon(1e-6));
  CHECK(rate_of(10, 10).lower == doctest::Approx(1 - 0.3084971).epsilon(1e-6));
  CHECK(rate_of(10, 10).upper == 1);
}

TEST_CASE("a rate of nothing says nothing") {
  const Rate rate = rate_of(0, 0);
  CHECK(rate.share() == 0);
  CHECK(rate.lower == 0);
  CHECK(rate.upper == 1);
}

TEST_CASE("repeated looks at the same deploys narrow no interval") {
  const Rate independent = rate_of(5, 10);
  const Rate repeated = rate_of(50, 100, 10);
  CHECK(repeated.share() == 0.5);
  CHECK(repeated.lower == doctest::Approx(independent.lower));
  CHECK(repeated.upper == doctest::Approx(independent.upper));
  CHECK(rate_of(5, 10, 1000).upper == doctest::Approx(independent.upper));
}

}  // namespace canarygate::backtest::test
