#include "checks/stats/ranked.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "checks/stats/random.h"
#include "checks/stats/summary.h"

using namespace canarygate::stats;

TEST_CASE("leaving members out of a sorted sample gives what sorting the others anew would") {
  Random random(11);
  for (int round = 0; round < 300; ++round) {
    const std::size_t n = 1 + random.below(round % 3 == 0 ? 120 : 30);
    std::vector<double> values(n);
    for (double& value : values) {
      value = static_cast<double>(random.below(9)) - 4 + (random.below(3) == 0 ? 0.5 : 0);
      if (random.below(8) == 0) value = std::nan("");
    }
    const std::size_t most_gone = random.below(n + 1);
    const Ranked ranked(values, round % 2 == 0 ? SIZE_MAX : most_gone + 3);
    std::vector<std::int32_t> without;
    std::vector<double> others;
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isnan(values[i])) {
        CHECK(ranked.rank(i) == -1);
      } else if (random.below(4) == 0 && without.size() < most_gone) {
        without.push_back(ranked.rank(i));
      } else {
        others.push_back(values[i]);
      }
    }
    for (const std::size_t cut : {0U, 1U, 3U}) {
      const double mean = ranked.trimmed_mean(without, cut);
      const double spread = ranked.winsorised_sd(without, cut);
      if (others.size() <= 2 * cut) {
        CHECK(std::isnan(mean));
        continue;
      }
      CHECK(mean == doctest::Approx(trimmed_mean(others, cut)));
      CHECK(spread == doctest::Approx(winsorised_sd(others, cut)).epsilon(1e-9));
    }
  }
}

TEST_CASE("a wild value at either end does not round the others away") {
  const std::vector<double> values{-1e18, 0.25, 0.5, 0.75, 1e18};
  const Ranked ranked(values);
  CHECK(ranked.trimmed_mean({}, 1) == 0.5);
  CHECK(ranked.winsorised_sd({}, 1) == doctest::Approx(0.25));  // .25 .25 .5 .75 .75
  std::vector<double> many(41, 0.5);
  many[7] = -1e18;
  many[9] = 1e18;
  CHECK(Ranked(many, 1).trimmed_mean({}, 1) == 0.5);
}
