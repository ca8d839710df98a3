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

TEST_CASE("a window is judged without itself and without the later ones it is a reference of") {
  // Two hosts that differ by 2 in all windows but the third, by 4 there: centred and squared 1 and
  // 4, of which the 90 % quantile of a host's, 3.1, is the most that counts.
  Cube d(5, 1, 2);
  for (std::size_t w = 0; w < d.windows; ++w) {
    d.row(w, 0)[0] = w == 3 ? 4 : 2;
    d.row(w, 0)[1] = 0;
  }
  const double fleet = 4 * 6.1 / 4;  // four windows' worth of the mean
  const auto left = [&](double sum, double windows) { return (fleet + sum) / (4 + windows); };
  const HostNoise alone(d, false);
  CHECK(alone.variances(0, 0)[0] == doctest::Approx(left(6.1, 4)));
  CHECK(alone.variances(3, 0)[0] == doctest::Approx(left(3, 3)));
  CHECK(alone.variances(4, 0)[1] == doctest::Approx(left(5.1, 3)));
  // The references are two windows long.
  const HostNoise after(d, false, {3, 4, 5, 5, 5});
  CHECK(after.variances(0, 0)[0] == doctest::Approx(left(6.1, 4)));
  CHECK(after.variances(1, 0)[0] == doctest::Approx(left(5.1, 3)));
  CHECK(after.variances(2, 0)[0] == doctest::Approx(left(4.1, 2)));
  CHECK(after.variances(3, 0)[0] == doctest::Approx(left(1, 1)));
  CHECK(after.variances(4, 0)[1] == doctest::Approx(left(1, 1)));
}

}  // namespace canarygate::judge
