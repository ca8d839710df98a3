#include "cli/terminal/sparkline.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "cli/terminal/columns.h"

namespace canarygate::test {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();

Course course(std::int64_t window, std::vector<double> canary, std::vector<double> baseline) {
  Course made;
  made.window = window;
  made.canary = std::move(canary);
  made.baseline = std::move(baseline);
  return made;
}

SparkPair blocks(const Course& drawn, std::int64_t points, std::size_t width) {
  return spark_pair(drawn, points, width, glyphs(true));
}

}  // namespace

TEST_CASE("a column is the mean of its points, and a gap is no zero") {
  CHECK(resampled(std::vector<double>{1, 3, 5, 9}, 2) == std::vector<double>{2, 7});
  CHECK(resampled(std::vector<double>{2, kNone, kInfinite, 4, 6, kNone}, 2) ==
        std::vector<double>{2, 5});
  CHECK(std::isnan(resampled(std::vector<double>{kNone, kNone, 1, 1}, 2).front()));
  CHECK(resampled(std::vector<double>{1, 2}, 5) == std::vector<double>{1, 2});
  CHECK(resampled(std::vector<double>{1, 2}, 0).empty());
  CHECK(resampled({}, 3).empty());
}

TEST_CASE("no point is lost or counted twice where the width does not divide the points") {
  std::vector<double> ones(17, 0);
  for (std::size_t point = 0; point < ones.size(); ++point) {
    ones.assign(17, 0);
    ones[point] = 1;
    double columns_touched = 0;
    for (const double mean : resampled(ones, 5)) columns_touched += mean > 0 ? 1 : 0;
    CHECK(columns_touched == 1);
  }
}

TEST_CASE("numbers too large to add have a mean") {
  const std::vector<double> huge(3, std::numeric_limits<double>::max());
  CHECK(resampled(huge, 1).front() == doctest::Approx(std::numeric_limits<double>::max()));
}

TEST_CASE("eight levels from the lowest to the highest of both sides") {
  const SparkPair pair = blocks(course(0, {0, 1, 2, 3}, {4, 5, 6, 7}), 4, 20);
  CHECK(pair.canary == "│▁▂▃▄");
  CHECK(pair.baseline == "│▅▆▇█");
  const SparkPair ascii = spark_pair(course(0, {0, 1, 2, 3}, {4, 5, 6, 7}), 4, 20, glyphs(false));
  CHECK(ascii.canary == "|_.:-");
  CHECK(ascii.baseline == "|=+*#");
}

TEST_CASE("the whole range of doubles is a scale") {
  const double most = std::numeric_limits<double>::max();
  CHECK(blocks(course(0, {-most, most}, {0, kInfinite}), 2, 9).canary == "│▁█");
  CHECK(blocks(course(0, {-most, most}, {0, kInfinite}), 2, 9).baseline == "│▅ ");
}

TEST_CASE("what never moves is flat") {
  CHECK(blocks(course(0, {5, 5}, {5, 5}), 2, 9).canary == "│▁▁");
}

TEST_CASE("a missing number is a gap, and what is still to come is blank") {
  const SparkPair pair = blocks(course(2, {0, kNone, 7, kNone}, {0, 0, 0}), 4, 20);
  CHECK(pair.canary == "▁ │█   ");
  CHECK(pair.baseline == "▁▁│▁   ");
}

TEST_CASE("a side without any number is blank") {
  CHECK(blocks(course(1, {1, 1}, {}), 2, 20).baseline == " │  ");
}

TEST_CASE("as much of the past is drawn as the window is long") {
  CHECK(blocks(course(5, {7, 7, 7, 0, 0, 7, 7}, {}), 2, 20).canary == "▁▁│██");
}

TEST_CASE("a column is the same time before and after the window's begin") {
  // 8 points of each in 8 columns: two points share one.
  const std::vector<double> values = {0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7};
  CHECK(blocks(course(8, values, {}), 8, 9).canary == "▁▁▁▁│████");
  // A reference half as long gets half as many columns.
  const std::vector<double> shorter(values.begin() + 4, values.end());
  CHECK(blocks(course(4, shorter, {}), 8, 7).canary == "▁▁│████");
}

TEST_CASE("no width is exceeded") {
  const Course full = course(50, std::vector<double>(100, 1), std::vector<double>(100, 2));
  for (std::size_t width = 1; width < 120; ++width) {
    CHECK(columns_of(blocks(full, 50, width).canary) <= static_cast<int>(width));
  }
}

}  // namespace canarygate::test
