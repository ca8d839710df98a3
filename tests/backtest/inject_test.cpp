#include "checks/backtest/inject.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

namespace canarygate::backtest::test {

namespace {

gate::Groups groups() { return {{"h-1"}, {"h-2"}, false, false, {}}; }

gate::Reply reply_of(std::size_t points, double value) {
  const std::vector<double> values(points, value);
  gate::Reply reply;
  reply.pieces.push_back({-5, {{"h-1", {}, {value, value}}, {"h-2", {}, {value, value}}}});
  reply.pieces.push_back({1, {{"h-1", {}, values}, {"h-2", {}, values}}});
  return reply;
}

MetricSpec level(Worse worse) {
  MetricSpec metric;
  metric.query = "q";
  metric.worse = worse;
  return metric;
}

MetricSpec events() {
  MetricSpec metric;
  metric.errors = "e";
  metric.worse = Worse::higher;
  return metric;
}

double sum(const Series& series) {
  return std::accumulate(series.values.begin(), series.values.end(), 0.0);
}

}  // namespace

TEST_CASE("a change is made worse, by the size that is said") {
  CHECK(changed(10, 1.25, Worse::higher) == doctest::Approx(12.5));
  CHECK(changed(10, 1.25, Worse::either) == doctest::Approx(12.5));
  CHECK(changed(10, 1.25, Worse::lower) == doctest::Approx(8));
  CHECK(changed(-10, 1.25, Worse::higher) == doctest::Approx(-7.5));
  CHECK(change_of(0.25, Worse::higher) == doctest::Approx(0.25));
  CHECK(change_of(0.25, Worse::lower) == doctest::Approx(-0.2));
}

TEST_CASE("only the canary's window is changed") {
  gate::Reply reply = reply_of(4, 10);
  reply.pieces[1].series[0].values[2] = kMissing;
  inject({0, 0.5, false}, level(Worse::higher), groups(), 1, reply);
  CHECK(reply.pieces[0].series[0].values == std::vector<double>{10, 10});
  CHECK(reply.pieces[1].series[1].values == std::vector<double>{10, 10, 10, 10});
  const std::vector<double>& canary = reply.pieces[1].series[0].values;
  CHECK(canary[0] == doctest::Approx(15));
  CHECK(canary[3] == doctest::Approx(15));
  CHECK(std::isnan(canary[2]));
}

TEST_CASE("a leak grows from nothing to all of it") {
  gate::Reply reply = reply_of(4, 100);
  inject({0, 0.5, true}, level(Worse::higher), groups(), 1, reply);
  CHECK(reply.pieces[1].series[0].values == std::vector<double>{112.5, 125, 137.5, 150});
}

TEST_CASE("events stay whole, are as many more as said, and more with a larger change") {
  const std::size_t points = 2000;
  double before = 0;
  for (const double size : {0.1, 0.5, 1.0, 1.5}) {
    gate::Reply reply = reply_of(points, 3);
    inject({0, size, false}, events(), groups(), 7, reply);
    const Series& canary = reply.pieces[1].series[0];
    for (const double value : canary.values) REQUIRE(value == std::floor(value));
    const double added = sum(canary) / (3.0 * points) - 1;
    // Binomial: the standard deviation of the share is below 0.0065 here.
    CHECK(std::abs(added - size) < 0.026);
    CHECK(sum(canary) > before);
    before = sum(canary);
  }
}

TEST_CASE("events that are no whole numbers are multiplied, and none stay none") {
  gate::Reply parts = reply_of(3, 2.5);
  inject({0, 1.0, false}, events(), groups(), 7, parts);
  CHECK(parts.pieces[1].series[0].values == std::vector<double>{5, 5, 5});
  gate::Reply none = reply_of(3, 0);
  inject({0, 1.0, false}, events(), groups(), 7, none);
  CHECK(none.pieces[1].series[0].values == std::vector<double>{0, 0, 0});
}

}  // namespace canarygate::backtest::test
