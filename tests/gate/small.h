/// A timeline of a few points, for tests that count them.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "checks/judge/timeline.h"

namespace canarygate::test {

using std::chrono::seconds;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Two points of window after a gap of one; one history window and a reference of one before it.
inline judge::Timeline small_timeline() {
  judge::Timeline line;
  line.start = TimePoint(seconds(1'000));
  line.step = seconds(1);
  line.points = 2;
  line.gap = 1;
  line.reference = 1;
  line.looks = {1, 2};
  line.bases = {-3};  // so first() is -3 - 1 - 1 + 1 = -4
  return line;
}

/// Missing values (NaN) are equal.
inline void check_same(const std::vector<double>& seen, const std::vector<double>& expected) {
  REQUIRE(seen.size() == expected.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CHECK(
        (std::isnan(expected[i]) ? std::isnan(seen[i]) : seen[i] == doctest::Approx(expected[i])));
  }
}

}  // namespace canarygate::test
