#include "checks/metrics/buckets.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const Grid kGrid{TimePoint(1000s), 10s, 3};

/// "1.5 - 2": a dash where there is no number.
std::string buckets(const std::vector<Sample>& samples, const BucketRule& rule) {
  const auto values = into_buckets(samples, kGrid, rule);
  REQUIRE(values.has_value());
  REQUIRE(values->size() == 3);
  std::string text;
  for (const double value : *values) {
    text += text.empty() ? "" : " ";
    if (std::isnan(value)) {
      text += "-";
    } else {
      const std::string number = std::to_string(value);
      text += number.substr(0, number.find('.') + 2);
    }
  }
  return text;
}

TimePoint at(double seconds) {
  return TimePoint(std::chrono::milliseconds(std::lround(seconds * 1000)));
}

}  // namespace

TEST_CASE("a time that ends a bucket belongs to it, one that begins a bucket to the one before") {
  const std::vector<Sample> edges = {{at(1000), 1}, {at(1010), 2}, {at(1020), 3}, {at(1030), 4}};
  CHECK(buckets(edges, {false, Combine::mean}) == "2.0 3.0 4.0");
  CHECK(buckets(edges, {true, Combine::mean}) == "1.0 2.0 3.0");
}

TEST_CASE("samples beside the grid are left out, to the millisecond") {
  CHECK(buckets({{at(1000), 9}, {at(1000.001), 1}, {at(1030), 3}, {at(1030.001), 9}}, {}) ==
        "1.0 - 3.0");
  CHECK(buckets({{at(999.999), 9}, {at(1000), 1}, {at(1029.999), 3}, {at(1030), 9}},
                {true, Combine::mean}) == "1.0 - 3.0");
}

TEST_CASE("several samples of one bucket are averaged, added up, or the latest counts") {
  const std::vector<Sample> samples = {{at(1018), 6}, {at(1012), 1}, {at(1015), 2}};
  CHECK(buckets(samples, {false, Combine::mean}) == "- 3.0 -");
  CHECK(buckets(samples, {false, Combine::sum}) == "- 9.0 -");
  CHECK(buckets(samples, {false, Combine::last}) == "- 6.0 -");
}

TEST_CASE("a missing sample is none: it is not 0, and no part of a mean, a sum or the latest") {
  for (const Combine combine : {Combine::mean, Combine::sum, Combine::last}) {
    CHECK(buckets({{at(1005), 4}, {at(1008), kNone}, {at(1015), kNone}}, {false, combine}) ==
          "4.0 - -");
  }
}

TEST_CASE("two samples of one time are an error that names it") {
  const auto values = into_buckets({{at(1005), 4}, {at(1002), 1}, {at(1005), 4}}, kGrid, {});
  REQUIRE_FALSE(values.has_value());
  CHECK(values.error() == at(1005));
}
