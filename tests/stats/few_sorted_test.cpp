#include "checks/stats/few_sorted.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "checks/stats/random.h"

using namespace canarygate::stats;

TEST_CASE("numbers are in order after each that came, equal ones too") {
  Random random(22);
  FewSorted<double> few;
  for (int round = 0; round < 50; ++round) {
    few.clear();
    std::vector<double> sorted;
    while (sorted.size() < FewSorted<double>::kMost) {
      sorted.push_back(static_cast<double>(random.below(30)));
      few.add(sorted.back());
      std::ranges::sort(sorted);
      CHECK(std::ranges::equal(few.sorted(), sorted));
    }
  }
}

namespace {

struct Coin {
  int value = 0;
  int year = 0;
  bool operator<(const Coin& other) const { return value < other.value; }
};

}  // namespace

TEST_CASE("equal ones stay in the order they came") {
  FewSorted<Coin> few;
  for (const Coin& coin : {Coin{2, 1}, Coin{1, 2}, Coin{2, 3}, Coin{1, 4}}) few.add(coin);
  std::vector<int> years;
  for (const Coin& coin : few.sorted()) years.push_back(coin.year);
  CHECK(years == std::vector<int>{2, 4, 1, 3});
}
