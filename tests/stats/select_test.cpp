#include "checks/stats/select.h"

#include <doctest/doctest.h>

#include <vector>

#include "checks/stats/random.h"

using namespace canarygate::stats;

TEST_CASE("the n-th smallest is where sorting would put it, between the smaller and the larger") {
  Random random(21);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t size = 1 + random.below(120);
    const std::uint64_t different = 1 + random.below(round % 2 == 0 ? 5 : 1000);
    std::vector<double> values(size);
    for (double& value : values) value = static_cast<double>(random.below(different));
    if (round % 7 == 0) std::ranges::sort(values);
    std::vector<double> sorted = values;
    std::ranges::sort(sorted);
    const std::size_t nth = random.below(size);
    const std::size_t end = select(std::span(values), nth);
    CHECK(end > nth);
    for (std::size_t i = 0; i < size; ++i) {
      if (i < nth) CHECK(values[i] <= values[nth]);
      if (i > nth) CHECK(values[i] >= values[nth]);
      if (i >= nth && i < end) CHECK(values[i] == sorted[i]);
    }
    std::ranges::sort(values);
    CHECK(values == sorted);  // nobody was lost
  }
}
