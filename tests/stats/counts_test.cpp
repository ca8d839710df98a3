#include "checks/stats/counts.h"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>

using namespace canarygate::stats;

namespace {

double binomial(int n, int x, double p) {
  double ways = 1;
  for (int i = 1; i <= x; ++i) ways = ways * (n - x + i) / i;
  return ways * std::pow(p, x) * std::pow(1 - p, n - x);
}

}  // namespace

TEST_CASE("both tails of the conditional binomial are the sums of their probabilities") {
  for (const int events : {0, 1, 3, 7}) {
    for (const int others : {0, 2, 9}) {
      for (const double share : {0.1, 0.5, 0.8}) {
        const TwoCounts counts{double(events), share * 3, double(others), (1 - share) * 3};
        double many = 0;
        double few = 0;
        for (int x = 0; x <= events + others; ++x) {
          if (x >= events) many += binomial(events + others, x, share);
          if (x <= events) few += binomial(events + others, x, share);
        }
        CHECK(too_many(counts) == doctest::Approx(many).epsilon(1e-12));
        CHECK(too_few(counts) == doctest::Approx(few).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("18 errors against none on equal traffic are 2^-18") {
  CHECK(too_many({18, 1, 0, 1}) == doctest::Approx(std::pow(0.5, 18)).epsilon(1e-12));
}

TEST_CASE("nothing against nothing is no surprise, however different the traffic") {
  CHECK(too_many({0, 50, 0, 50000}) == 1);
  CHECK(too_few({0, 50, 0, 50000}) == 1);
  CHECK(too_many({3, 0, 0, 1}) == 1);  // nothing was expected: nothing can be said
}
