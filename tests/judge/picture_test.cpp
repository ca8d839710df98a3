#include "checks/judge/picture.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "checks/judge/judge.h"

namespace canarygate::judge {

namespace {

/// 1 to 1000, and of another metric a tenth of that.
std::vector<double> scores(double unit) {
  std::vector<double> all(1000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = unit * static_cast<double>(i + 1);
  return all;
}

std::vector<Placebos> draw(const std::vector<Tested>& tested, const StepDown& how) {
  return pictures({tested, adjusted_p(tested, how), how, 0.01, critical_score(tested, how, 0.01, 1),
                   critical_score(tested, how, 0.01, 2)});
}

}  // namespace

TEST_CASE("a picture counts every draw that has a score, in bins from the lowest to the highest") {
  std::vector<double> draws = scores(1);
  draws[3] = -std::numeric_limits<double>::infinity();
  const std::vector<Tested> tested{{700.0, &draws, 1}};
  const Placebos seen = draw(tested, {1, 0, 1, 1, false}).front();
  CHECK(seen.draws == 999);
  CHECK(seen.lowest == 1);
  CHECK(seen.highest == 1000);
  CHECK(std::accumulate(seen.bins.begin(), seen.bins.end(), std::int64_t{0}) == 999);
  CHECK(seen.bins.size() == 48);
  CHECK(seen.observed == 700);
  CHECK(seen.beyond == 301);
}

TEST_CASE("draws that are all the same are one bin") {
  const std::vector<double> draws(50, 0.0);
  const std::vector<Tested> tested{{1.0, &draws, 1}};
  CHECK(draw(tested, {1, 0, 1, 1, false}).front().bins == std::vector<std::int64_t>{50});
}

TEST_CASE("a metric fails exactly when its score is beyond its picture's critical one") {
  const std::vector<double> small = scores(1);
  const std::vector<double> large = scores(3);
  const StepDown how{2, 0, 1, 1, false};
  for (const double a : {900.0, 985.0, 995.0, 1200.0, 2900.0, 3001.0}) {
    for (const double b : {900.0, 2900.0, 2965.0, 2975.0, 2990.0, 4000.0}) {
      const std::vector<Tested> tested{{a, &small, 1}, {b, &large, 1}};
      const std::vector<double> adjusted = adjusted_p(tested, how);
      const std::vector<Placebos> seen = draw(tested, how);
      for (std::size_t i = 0; i < 2; ++i) {
        CAPTURE(a);
        CAPTURE(b);
        CAPTURE(i);
        CHECK((seen[i].observed > seen[i].critical) == (adjusted[i] <= 0.01));
      }
    }
  }
}

TEST_CASE("too few draws for any score to be rare have no critical one") {
  const std::vector<double> draws{1, 2, 3};
  const std::vector<Tested> tested{{100.0, &draws, 1}};
  CHECK(std::isinf(draw(tested, {1, 0, 1, 1, false}).front().critical));
}

}  // namespace canarygate::judge
