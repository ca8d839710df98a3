#include "checks/stats/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "checks/stats/combinations.h"

using namespace canarygate::stats;

TEST_CASE("random numbers are those of the standard's generator on every machine") {
  // The C++ standard fixes the 10,000th number of a default mt19937_64.
  Random random(5489);
  std::uint64_t last = 0;
  for (int i = 0; i < 10'000; ++i) last = random.below(UINT64_MAX);
  CHECK(last == 9981545732273789042ULL);
}

TEST_CASE("every value below the bound comes up about equally often") {
  Random random(3);
  std::array<int, 7> seen{};
  for (int i = 0; i < 70'000; ++i) ++seen[random.below(7)];
  for (const int count : seen) CHECK(std::abs(count - 10'000) < 400);  // 4 standard deviations
}

TEST_CASE("a random choice has no member twice and favours nobody") {
  Random random(4);
  std::array<int, 6> chosen{};
  for (int round = 0; round < 12'000; ++round) {
    std::vector<int> items{0, 1, 2, 3, 4, 5};
    random.choose(std::span(items), 2);
    CHECK(items[0] != items[1]);
    ++chosen[static_cast<std::size_t>(items[0])];
    ++chosen[static_cast<std::size_t>(items[1])];
  }
  for (const int count : chosen) CHECK(std::abs(count - 4000) < 210);
}

TEST_CASE("enumeration visits every choice once") {
  for (std::size_t n = 1; n <= 7; ++n) {
    for (std::size_t k = 1; k <= n; ++k) {
      std::vector<std::size_t> members(k);
      for (std::size_t i = 0; i < k; ++i) members[i] = i;
      std::set<std::vector<std::size_t>> seen;
      do {
        seen.insert(members);
      } while (next_combination(members, n));
      CHECK(static_cast<std::int64_t>(seen.size()) == choose(n, k));
    }
  }
  CHECK(choose(12, 2) == 66);
  CHECK(choose(200, 10) == 22451004309013280LL);
  CHECK(choose(1000, 500) == INT64_MAX / 2);
}
