#include "checks/judge/noise.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>

namespace canarygate::judge {

namespace {

/// Six hosts with levels of their own in `seen` windows, after `unseen` ones from before the data
/// began.
Cube fleet(std::size_t seen, std::size_t unseen) {
  std::mt19937_64 random(7);
  const auto noise = [&] { return static_cast<double>(random() >> 11U) / 9007199254740992.0; };
  Cube d(1 + seen + unseen, 1, 6);
  for (std::size_t w = 0; w <= seen; ++w) {
    for (std::size_t h = 0; h < 6; ++h) d.row(w, 0)[h] = static_cast<double>(h) * 0.1 + noise();
  }
  return d;
}

}  // namespace

TEST_CASE(
    "a history that is asked for beyond where the data begin takes nothing from what there is") {
  const double all_there = degrees_of_freedom(fleet(24, 0), false);
  CHECK(all_there > 5);
  CHECK(degrees_of_freedom(fleet(24, 264), false) == doctest::Approx(all_there));
}

}  // namespace canarygate::judge
