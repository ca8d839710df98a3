#include "checks/parallel.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

using namespace canarygate;

TEST_CASE("every piece is done once, whatever the number of cores") {
  for (const std::size_t cores : {1U, 2U, 7U}) {
    for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
      std::vector<int> done(count, 0);
      for_each_index(count, cores, [&](std::size_t i) { ++done[i]; });
      CHECK(done == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("what a piece throws arrives, and no piece is begun after it") {
  std::vector<int> done(100'000, 0);
  const auto work = [&](std::size_t i) {
    if (i == 3) throw std::runtime_error("piece 3");
    ++done[i];
  };
  CHECK_THROWS_WITH(for_each_index(done.size(), 1, work), "piece 3");
  CHECK(done[2] == 1);
  CHECK(done[4] == 0);
  CHECK_THROWS_WITH(for_each_index(done.size(), 3, work), "piece 3");
  CHECK(done[3] == 0);
}

TEST_CASE("there is at least one core and no more than four are used") {
  CHECK(usable_cores() >= 1);
  CHECK(usable_cores() <= 4);
}
