#include "checks/promql/evaluate.h"

#include <cmath>

#include "tests/promql/stored.h"

using namespace canarygate;
using namespace canarygate::promql;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

Labels named(const std::string& name, Labels labels = {}) {
  labels["__name__"] = name;
  return labels;
}

/// Gauges `a` and `b` on two hosts, `c` on one; each with a second label.
class Gauges : public StoredSamples {
 public:
  Gauges() {
    add(named("a", {{"host", "x"}, {"zone", "1"}}), {{1, 6}});
    add(named("a", {{"host", "y"}, {"zone", "1"}}), {{1, 8}});
    add(named("b", {{"host", "y"}, {"zone", "1"}}), {{1, 2}});
    add(named("b", {{"host", "x"}, {"zone", "1"}}), {{1, 3}});
    add(named("c", {{"host", "x"}, {"zone", "1"}}), {{1, 5}});
  }
};

using Values = std::map<Labels, double>;

/// All points of the only series.
std::vector<Sample> points(const StoredSamples& samples, std::string_view query, const Grid& grid,
                           Duration lookback) {
  const auto results = evaluate(*parse(query), samples, grid, lookback);
  REQUIRE(results.has_value());
  REQUIRE(results->size() == 1);
  return results->front().points;
}

}  // namespace

TEST_CASE("an instant selector takes the newest sample of the lookback, without its beginning") {
  StoredSamples samples;
  samples.add(named("a"), {{10, 1}, {12, 2}, {30, 3}});
  const Grid grid{TimePoint(9s), 1s, 25};  // points at 10 to 34 s
  std::vector<std::pair<std::int64_t, double>> seen;
  for (const Sample& point : points(samples, "a", grid, 5s)) {
    seen.emplace_back(point.time / 1000, point.value);
  }
  CHECK(seen == std::vector<std::pair<std::int64_t, double>>{{10, 1},
                                                             {11, 1},
                                                             {12, 2},
                                                             {13, 2},
                                                             {14, 2},
                                                             {15, 2},
                                                             {16, 2},
                                                             {30, 3},
                                                             {31, 3},
                                                             {32, 3},
                                                             {33, 3},
                                                             {34, 3}});
}

TEST_CASE("a stale marker ends a series until its next sample; NaN is a value") {
  StoredSamples samples;
  samples.add(named("a"), {{10, 1}, {12, stale_marker()}, {14, NAN}, {15, 4}});
  const auto seen = points(samples, "a", Grid{TimePoint(9s), 1s, 6}, 5min);
  REQUIRE(seen.size() == 4);
  CHECK(seen[1].time == 11'000);
  CHECK(seen[2].time == 14'000);
  CHECK(std::isnan(seen[2].value));
  CHECK(seen[3].value == 4);
}

TEST_CASE("each selector is selected once, not once a point") {
  const Gauges samples;
  const auto query = parse("sum(a) / sum(rate(b[5m])) + 1");
  REQUIRE(evaluate(*query, samples, Grid{TimePoint(0s), 1s, 1000}, 5min).has_value());
  CHECK(samples.selections == 2);
}

TEST_CASE("a number is one series without labels, at each point") {
  const StoredSamples none;
  CHECK(value_at(none, "1 + 2 * 3 - -4 / 2", 1) == 9);
  CHECK(value_at(none, "10 - 4 - 3", 1) == 3);
  CHECK(value_at(none, "100 / 10 / 5", 1) == 2);
  CHECK(value_at(none, "-(1 + 2) * 3", 1) == -9);
  CHECK(value_at(none, "0x1F + 010 + 09 + 1.5e1 + .5 + 5.", 1) == 31 + 8 + 9 + 15 + 0.5 + 5);
  CHECK(value_at(none, "1 / 0", 1) == INFINITY);
  CHECK(value_at(none, "-iNf", 1) == -INFINITY);
  CHECK(std::isnan(value_at(none, "0 / 0", 1)));
  CHECK(std::isnan(value_at(none, "NaN", 1)));
  CHECK(points(none, "1", Grid{TimePoint(0s), 1s, 7}, 5min).size() == 7);
}

TEST_CASE("a selection keeps the metric's name, a calculation drops it") {
  const Gauges samples;
  const Labels x = {{"host", "x"}, {"zone", "1"}};
  CHECK(values_at(samples, "c", 1) == Values{{named("c", x), 5}});
  CHECK(values_at(samples, "+c", 1) == Values{{named("c", x), 5}});
  CHECK(values_at(samples, "-c", 1) == Values{{x, -5}});
  CHECK(values_at(samples, "c * 2", 1) == Values{{x, 10}});
  CHECK(values_at(samples, "20 / c", 1) == Values{{x, 4}});
  CHECK(values_at(samples, "c - 7", 1) == Values{{x, -2}});
}

TEST_CASE("vectors are calculated where their labels are equal, and nowhere else") {
  const Gauges samples;
  const Labels x = {{"host", "x"}, {"zone", "1"}};
  const Labels y = {{"host", "y"}, {"zone", "1"}};
  CHECK(values_at(samples, "a / b", 1) == Values{{x, 2}, {y, 4}});
  CHECK(values_at(samples, "a - b - c", 1) == Values{{x, -2}});
  CHECK(values_at(samples, "a - (b - c)", 1) == Values{{x, 8}});
  CHECK(values_at(samples, "a + sum(b)", 1).empty());
  CHECK(values_at(samples, "sum(a) + sum(b)", 1) == Values{{{}, 19}});
  CHECK(values_at(samples, "a + nothing", 1).empty());
}

TEST_CASE("several series for one label set are refused") {
  const Gauges samples;
  const auto told = [&](std::string_view query) { return evaluate_at(samples, query, 1).error(); };
  const std::string twice =
      "several series would be {host=\"x\", zone=\"1\"} once the metric's name is left out; select "
      "one metric, or aggregate them first";
  CHECK(told("-{host=\"x\"}") == twice);
  CHECK(told("{host=\"x\"} * 2") == twice);
  CHECK(told("c + {zone=\"1\"}") ==
        "several series of the right side of an operator are {host=\"x\", zone=\"1\"}, the "
        "metric's name left out; aggregate them first");
  CHECK(told("{zone=\"1\"} + c") ==
        "several series of the left side of an operator are {host=\"x\", zone=\"1\"}, the "
        "metric's name left out; aggregate them first");
  CHECK(values_at(samples, "{zone=\"1\"} + nothing", 1).empty());
}

TEST_CASE("several series for one label set are no matter where the other side has nothing") {
  StoredSamples samples;
  samples.add(named("a"), {{10, 1}});
  samples.add(named("a2"), {{10, 1}, {11, stale_marker()}});
  samples.add(named("b"), {{30, 2}});
  const Grid grid{TimePoint(0s), 10s, 3};
  const auto seen = points(samples, "b + {__name__=~\"a.*\"}", grid, 5min);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].time == 30'000);
  CHECK(seen[0].value == 3);
}

TEST_CASE("series of one label set that never meet become one, except over ranges") {
  StoredSamples samples;
  samples.add(named("a"), {{10, 1}, {20, 2}, {21, stale_marker()}});
  samples.add(named("b"), {{30, 3}, {40, 4}});
  const Grid grid{TimePoint(0s), 10s, 4};
  const auto seen = points(samples, "{__name__=~\"a|b\"} * 10", grid, 5min);
  REQUIRE(seen.size() == 4);
  CHECK(seen[0].value == 10);
  CHECK(seen[3].value == 40);
  const auto rates = parse("irate({__name__=~\"a|b\"}[15s])");
  CHECK(evaluate(*rates, samples, grid, 5min).error() ==
        "several series would be {} once the metric's name is left out; select one metric, or "
        "aggregate them first");
}

TEST_CASE("an aggregation keeps the labels of `by`, or all but those of `without` and the name") {
  const Gauges samples;
  CHECK(values_at(samples, "sum(a)", 1) == Values{{{}, 14}});
  CHECK(values_at(samples, "sum by (host) ({zone=\"1\"})", 1) ==
        Values{{{{"host", "x"}}, 14}, {{{"host", "y"}}, 10}});
  CHECK(values_at(samples, "sum without (host) (a)", 1) == Values{{{{"zone", "1"}}, 14}});
  CHECK(values_at(samples, "max without () (c)", 1) == Values{{{{"host", "x"}, {"zone", "1"}}, 5}});
  CHECK(values_at(samples, "count by (__name__, nothing) ({zone=\"1\"})", 1) ==
        Values{{named("a"), 2}, {named("b"), 2}, {named("c"), 1}});
  CHECK(values_at(samples, "min by (zone) (a)", 1) == Values{{{{"zone", "1"}}, 6}});
  CHECK(values_at(samples, "avg(a)", 1) == Values{{{}, 7}});
  CHECK(values_at(samples, "count(nothing)", 1).empty());
}

TEST_CASE("sums keep what large numbers that cancel out would swallow") {
  StoredSamples samples;
  samples.add(named("a", {{"i", "1"}}), {{1, 1e100}});
  samples.add(named("a", {{"i", "2"}}), {{1, 1}});
  samples.add(named("a", {{"i", "3"}}), {{1, -1e100}});
  CHECK(value_at(samples, "sum(a)", 1) == 1);
  CHECK(value_at(samples, "avg(a)", 1) == 1 / 3.0);
}

TEST_CASE("a mean does not overflow, and infinities stay what they are") {
  StoredSamples samples;
  samples.add(named("large", {{"i", "1"}}), {{1, 1.5e308}});
  samples.add(named("large", {{"i", "2"}}), {{1, 1.0e308}});
  CHECK(value_at(samples, "avg(large)", 1) == doctest::Approx(1.25e308).epsilon(1e-12));
  CHECK(value_at(samples, "sum(large)", 1) == INFINITY);
  samples.add(named("up", {{"i", "1"}}), {{1, INFINITY}});
  samples.add(named("up", {{"i", "2"}}), {{1, 1}});
  CHECK(value_at(samples, "avg(up)", 1) == INFINITY);
  CHECK(value_at(samples, "sum(up)", 1) == INFINITY);
  CHECK(value_at(samples, "avg(-up)", 1) == -INFINITY);
  samples.add(named("up", {{"i", "3"}}), {{1, -INFINITY}});
  CHECK(std::isnan(value_at(samples, "avg(up)", 1)));
  CHECK(std::isnan(value_at(samples, "sum(up)", 1)));
}

TEST_CASE("the least and the greatest leave NaN out where they can, sums and means do not") {
  StoredSamples samples;
  samples.add(named("a", {{"i", "1"}}), {{1, NAN}});
  CHECK(std::isnan(value_at(samples, "min(a)", 1)));
  CHECK(std::isnan(value_at(samples, "max(a)", 1)));
  samples.add(named("a", {{"i", "2"}}), {{1, 2}});
  samples.add(named("a", {{"i", "3"}}), {{1, 3}});
  samples.add(named("a", {{"i", "4"}}), {{1, NAN}});
  CHECK(value_at(samples, "min(a)", 1) == 2);
  CHECK(value_at(samples, "max(a)", 1) == 3);
  CHECK(value_at(samples, "count(a)", 1) == 4);
  CHECK(std::isnan(value_at(samples, "sum(a)", 1)));
  CHECK(std::isnan(value_at(samples, "avg(a)", 1)));
}

TEST_CASE("results are sorted by their labels, and hold only points with a value") {
  StoredSamples samples;
  samples.add(named("b"), {{1, 1}});
  samples.add(named("a", {{"host", "y"}}), {{1, 1}});
  samples.add(named("a", {{"host", "x"}}), {{1, 1}});
  samples.add(named("c"), {{100, 1}});
  const auto results =
      evaluate(*parse("{__name__!=\"\"}"), samples, Grid{TimePoint(0s), 1s, 3}, 2s);
  REQUIRE(results.has_value());
  REQUIRE(results->size() == 3);
  CHECK((*results)[0].labels == named("a", {{"host", "x"}}));
  CHECK((*results)[1].labels == named("a", {{"host", "y"}}));
  CHECK((*results)[2].labels == named("b"));
  CHECK((*results)[0].points.size() == 2);
}
