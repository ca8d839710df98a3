#include "checks/stats/mann_whitney.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "checks/stats/brent.h"
#include "checks/stats/combinations.h"
#include "checks/stats/random.h"
#include "checks/stats/wilcoxon.h"

using namespace canarygate::stats;

namespace {

using Values = std::vector<double>;

/// Monthly ozone of R's `airquality` and the two examples of its help page of wilcox.test.
const Values kMay = {41, 36, 12, 18, 28, 23, 19, 8, 7,  16, 11, 14,  18,
                     14, 34, 6,  30, 11, 1,  11, 4, 32, 23, 45, 115, 37};
const Values kAugust = {39, 9,  16, 78, 35, 66, 122, 89,  110, 44, 28,  65, 22,
                        59, 23, 31, 44, 21, 9,  45,  168, 73,  76, 118, 84, 85};
const Values kAtTerm = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
const Values kEarly = {1.15, 0.88, 0.90, 0.74, 1.21};

double wins(const Values& x, const Values& y) {
  double u = 0;
  for (const double a : x) {
    for (const double b : y) u += a > b ? 1.0 : a == b ? 0.5 : 0.0;
  }
  return u;
}

/// Both tails of U by going through every way to deal the numbers out.
struct Tails {
  double lower = 0;
  double upper = 0;
};
Tails enumerate(const Values& x, const Values& y) {
  const double seen = wins(x, y);
  Values all = x;
  all.insert(all.end(), y.begin(), y.end());
  std::vector<std::size_t> chosen(x.size());
  std::iota(chosen.begin(), chosen.end(), 0U);
  Tails count;
  double deals = 0;
  do {
    Values mine;
    Values others;
    for (std::size_t i = 0; i < all.size(); ++i) {
      (std::ranges::find(chosen, i) == chosen.end() ? others : mine).push_back(all[i]);
    }
    const double u = wins(mine, others);
    if (u <= seen) ++count.lower;
    if (u >= seen) ++count.upper;
    ++deals;
  } while (next_combination(chosen, all.size()));
  return {count.lower / deals, count.upper / deals};
}

MannWhitney test(const Values& x, const Values& y, const MannWhitneyRule& rule = {}) {
  const auto result = mann_whitney(x, y, rule);
  REQUIRE(result.has_value());
  return *result;
}

Values some(Random& random, std::size_t count) {
  Values values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(random.uniform());
  return values;
}

double one_sided_p(const Values& x, const Values& y, Alternative alternative, double shift) {
  return *test(x, y, {alternative, true, 0.95, shift}).p_value;
}

}  // namespace

TEST_CASE("exact p-values are those of all ways to deal the numbers out") {
  Random random(1);
  for (std::size_t m = 1; m <= 6; ++m) {
    for (std::size_t n = 1; n <= 6; ++n) {
      const Values x = some(random, m);
      const Values y = some(random, n);
      const Tails tails = enumerate(x, y);
      const double both = std::min(1.0, 2.0 * std::min(tails.lower, tails.upper));
      CHECK(test(x, y, {Alternative::greater}).p_value ==
            doctest::Approx(tails.upper).epsilon(1e-13));
      CHECK(test(x, y, {Alternative::less}).p_value == doctest::Approx(tails.lower).epsilon(1e-13));
      CHECK(test(x, y).p_value == doctest::Approx(both).epsilon(1e-13));
      CHECK(test(x, y).statistic == wins(x, y));
      CHECK(test(x, y).exact);
    }
  }
}

TEST_CASE("the exact distribution of large samples has U's known mean and variance") {
  for (const auto& [m, n] : {std::pair{49U, 49U}, {50U, 31U}, {1U, 40'000U}, {200U, 200U}}) {
    const Wilcoxon null(m, n);
    const double pairs = m * n;
    double mean = 0;
    double square = 0;
    if (pairs > 4000) {
      CHECK(null.lower(pairs / 2.0) + null.upper(pairs / 2.0 + 1.0) == doctest::Approx(1.0));
      CHECK(null.lower(0.0) > 0.0);
      continue;
    }
    for (double u = 0; u <= pairs; ++u) {
      const double p = null.lower(u) - null.lower(u - 1.0);
      mean += u * p;
      square += u * u * p;
    }
    CHECK(mean == doctest::Approx(pairs / 2.0).epsilon(1e-9));
    CHECK(square - mean * mean == doctest::Approx(pairs * (m + n + 1.0) / 12.0).epsilon(1e-9));
  }
}

TEST_CASE("a quantile is the first number that reaches its probability") {
  for (const auto& [m, n] : {std::pair{3U, 4U}, {5U, 5U}, {1U, 9U}, {7U, 6U}}) {
    const Wilcoxon null(m, n);
    for (const double p : {0.0, 0.001, 0.01, 0.05, 0.3, 0.5, 0.7, 0.95, 0.999, 1.0}) {
      const double u = null.quantile(p);
      CHECK(null.lower(u) >= p - 1e-12);
      if (u > 0.0) CHECK(null.lower(u - 1.0) < p);
    }
  }
}

TEST_CASE("the exact interval holds just the shifts that the exact test does not reject") {
  Random random(2);
  for (int round = 0; round < 40; ++round) {
    const Values x = some(random, 4 + random.below(6));
    const Values y = some(random, 5 + random.below(5));
    for (const double confidence : {0.5, 0.8, 0.9, 0.95}) {
      const double tail = (1.0 - confidence) / 2.0;
      const MannWhitney result = test(x, y, {Alternative::two_sided, true, confidence});
      CHECK(one_sided_p(x, y, Alternative::greater, *result.lower - 1e-9) <= tail);
      CHECK(one_sided_p(x, y, Alternative::greater, *result.lower + 1e-9) > tail);
      CHECK(one_sided_p(x, y, Alternative::less, *result.upper + 1e-9) <= tail);
      CHECK(one_sided_p(x, y, Alternative::less, *result.upper - 1e-9) > tail);
    }
  }
}

TEST_CASE("an exact one-sided interval spends all of its doubt on its one end") {
  const MannWhitney both = test(kAtTerm, kEarly, {Alternative::two_sided, true, 0.8});
  const MannWhitney up = test(kAtTerm, kEarly, {Alternative::greater, true, 0.9});
  const MannWhitney down = test(kAtTerm, kEarly, {Alternative::less, true, 0.9});
  CHECK(up.lower == both.lower);
  CHECK_FALSE(up.upper.has_value());
  CHECK(down.upper == both.upper);
  CHECK_FALSE(down.lower.has_value());
}

TEST_CASE("R's own examples come out as in its documentation") {
  CHECK(test(kMay, kAugust).statistic == 127.5);
  CHECK(*test(kMay, kAugust).p_value == doctest::Approx(0.0001208).epsilon(5e-4));
  CHECK_FALSE(test(kMay, kAugust).exact);
  CHECK(test(kAtTerm, kEarly, {Alternative::greater}).statistic == 35);
  CHECK(*test(kAtTerm, kEarly, {Alternative::greater}).p_value ==
        doctest::Approx(0.1272).epsilon(5e-4));
}

TEST_CASE("where the score never gets to the quantile the interval ends with the differences") {
  Values many(59);
  std::iota(many.begin(), many.end(), 2.0);
  const MannWhitney result = test({1}, many);
  CHECK_FALSE(result.exact);
  CHECK(result.lower == -59.0);
  CHECK(result.upper == -1.0);
}

TEST_CASE("50 numbers on a side, or ties, take the normal approximation unless told otherwise") {
  Random random(3);
  CHECK(test(some(random, 49), some(random, 49)).exact);
  CHECK_FALSE(test(some(random, 50), some(random, 5)).exact);
  CHECK(test(some(random, 50), some(random, 5), {Alternative::two_sided, true}).exact);
  CHECK_FALSE(test(some(random, 5), some(random, 5), {Alternative::two_sided, false}).exact);
  CHECK_FALSE(test({1, 2, 3}, {3, 4, 5}, {Alternative::two_sided, true}).exact);
}

TEST_CASE("without ties the normal approximation comes near the exact test") {
  Random random(4);
  const Values x = some(random, 45);
  Values y = some(random, 45);
  for (double& value : y) value += 0.15;
  const MannWhitney exact = test(x, y, {Alternative::two_sided, true, 0.98});
  const MannWhitney normal = test(x, y, {Alternative::two_sided, false, 0.98});
  CHECK(*normal.p_value == doctest::Approx(*exact.p_value).epsilon(0.1));
  CHECK(*normal.lower == doctest::Approx(*exact.lower).epsilon(0.02));
  CHECK(*normal.upper == doctest::Approx(*exact.upper).epsilon(0.05));
  CHECK(std::abs(*normal.estimate - *exact.estimate) < 1e-3);
}

TEST_CASE("exchanging the sides mirrors everything") {
  const MannWhitney there = test(kMay, kAugust, {Alternative::two_sided, {}, 0.98});
  const MannWhitney back = test(kAugust, kMay, {Alternative::two_sided, {}, 0.98});
  CHECK(there.p_value == back.p_value);
  CHECK(there.statistic + back.statistic == 26 * 26);
  CHECK(std::abs(*there.lower + *back.upper) < 2e-4);
  CHECK(std::abs(*there.estimate + *back.estimate) < 2e-4);
  CHECK(*test(kMay, kAugust, {Alternative::less}).p_value ==
        doctest::Approx(*test(kAugust, kMay, {Alternative::greater}).p_value).epsilon(1e-12));
}

TEST_CASE(
    "of sides with one value each there is a p-value but no interval, of equal ones neither") {
  const MannWhitney apart = test({5, 5, 5}, {1, 1, 1, 1});
  CHECK(apart.statistic == 12);
  CHECK(*apart.p_value < 0.05);
  CHECK_FALSE(apart.lower.has_value());
  CHECK_FALSE(apart.upper.has_value());
  CHECK_FALSE(apart.estimate.has_value());
  const MannWhitney same = test({5, 5}, {5, 5, 5});
  CHECK(same.statistic == 3);
  CHECK_FALSE(same.p_value.has_value());
  CHECK_FALSE(same.estimate.has_value());
}

TEST_CASE("one number against one is the exact test's smallest case") {
  const MannWhitney result = test({3}, {1});
  CHECK(result.statistic == 1);
  CHECK(*result.p_value == 1.0);
  CHECK(*result.lower == 2.0);
  CHECK(*result.upper == 2.0);
  CHECK(*result.estimate == 2.0);
}

TEST_CASE("numbers too large to be subtracted have a p-value and no interval") {
  const MannWhitney result = test({1e308, 1.5e308, 1.5e308}, {-1e308, -1e308, -1.5e308});
  CHECK(result.statistic == 9);
  CHECK(result.p_value.has_value());
  CHECK_FALSE(result.lower.has_value());
  CHECK_FALSE(result.estimate.has_value());
}

TEST_CASE("nothing is said of an empty side, nor exactly of more pairs than can be counted") {
  CHECK_FALSE(mann_whitney(Values{}, kEarly, {}).has_value());
  CHECK_FALSE(mann_whitney(kEarly, Values{}, {}).has_value());
  Random random(5);
  const Values x = some(random, 201);
  const Values y = some(random, 200);
  CHECK_FALSE(mann_whitney(x, y, {Alternative::greater, true}).has_value());
  CHECK(mann_whitney(x, y, {}).has_value());
}

TEST_CASE("a root is found to the tolerance, at once where it is an end") {
  const auto cube = [](double x) { return x * x * x - 2.0; };
  const double root = brent_root(cube, {0.0, cube(0.0)}, {2.0, cube(2.0)}, {1e-9, 100});
  CHECK(std::abs(root - std::cbrt(2.0)) < 1e-9);
  const auto never = [](double) -> double { throw std::logic_error("asked for nothing"); };
  CHECK(brent_root(never, {1.0, 0.0}, {2.0, 5.0}) == 1.0);
  CHECK(brent_root(never, {1.0, 5.0}, {2.0, 0.0}) == 2.0);
}
