#include "pipelines/charts/svg.h"

#include <doctest/doctest.h>

#include <limits>

#include "checks/duration.h"

namespace canarygate::charts {

namespace {

using namespace std::chrono_literals;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("coordinates are written in tenths, and as short as they can be") {
  CHECK(coordinate(0) == "0");
  CHECK(coordinate(12) == "12");
  CHECK(coordinate(12.34) == "12.3");
  CHECK(coordinate(0.5) == ".5");
  CHECK(coordinate(-0.5) == "-.5");
  CHECK(coordinate(-4.06) == "-4.1");
  CHECK(coordinate(-0.01) == "0");
}

TEST_CASE("a line is a path of steps, broken where a point is missing, a dot where it is alone") {
  const std::vector<Point> points{{0, 10}, {5, 8}, {10, 8.5}, {15, kNone}, {20, 1}};
  CHECK(line_path(points) == "M0 10l5-2 5 .5M20 1h0");
  CHECK(line_path({}).empty());
  const std::vector<Point> nothing{{0, kNone}};
  CHECK(line_path(nothing).empty());
}

TEST_CASE("small charts make do with whole numbers") {
  const std::vector<Point> points{{0.4, 10.4}, {5.4, 8.6}, {10, 8}};
  CHECK(line_path(points, Precision::whole) == "M0 10l5-1 5-1");
}

TEST_CASE("rounding errors of the steps do not add up") {
  std::vector<Point> points;
  for (int i = 0; i <= 100; ++i) points.push_back({0.04 * i, 0});
  double x = 0;
  const std::string d = line_path(points);
  REQUIRE(d.starts_with("M0 0l"));
  for (std::size_t at = 5; at < d.size();) {
    std::size_t used = 0;
    x += std::stod(d.substr(at), &used);
    at += used + 2;  // and " 0"
    if (at < d.size() && d[at] == ' ') ++at;
  }
  CHECK(x == doctest::Approx(4.0));
}

TEST_CASE("a band goes along its upper line and back along its lower one") {
  const std::vector<Point> upper{{0, 1}, {5, 1}, {10, kNone}, {15, 2}};
  const std::vector<Point> lower{{0, 3}, {5, 4}, {10, 4}, {15, 4}};
  CHECK(band_path(upper, lower) == "M0 1l5 0 0 3-5-1zM15 2l0 2z");
}

TEST_CASE("text in a drawing is escaped") {
  CHECK(text({1, 2}, Anchor::end, "<b>&", "tick") ==
        "<text class=\"tick\" x=\"1\" y=\"2\" text-anchor=\"end\" "
        "fill=\"currentColor\" "
        "stroke=\"none\">&lt;b&gt;&amp;</text>");
}

TEST_CASE("ticks are round numbers within the axis, its ends too where they are round") {
  CHECK(ticks(0, 10, 6) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(ticks(-3, 6, 6) == std::vector<double>{-2, 0, 2, 4, 6});
  CHECK(ticks(0.13, 0.19, 4).front() == doctest::Approx(0.14));
  for (const double high : {0.001, 0.7, 1.0, 3.3, 9.99, 12345.0}) {
    CHECK(ticks(0, high, 5).size() <= 5);
    CHECK(ticks(0, high, 5).size() >= 2);
  }
}

TEST_CASE("ticks of time are at round times, and no more than asked for") {
  const TimePoint from = *parse_time("2026-11-20T14:03:20Z");
  const auto minutes = time_ticks(from, from + 5min, 7);
  REQUIRE(minutes.size() == 5);
  CHECK(minutes.front() == *parse_time("2026-11-20T14:04:00Z"));
  CHECK(minutes.back() == *parse_time("2026-11-20T14:08:00Z"));
  CHECK(time_ticks(from, from + 40h, 7).size() <= 7);
}

}  // namespace canarygate::charts
