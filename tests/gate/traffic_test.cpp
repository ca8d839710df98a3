#include "checks/gate/traffic.h"

#include <doctest/doctest.h>

#include <limits>

namespace canarygate::gate {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// One column of the past, then a window of three points.
const judge::Table kEvents{
    {"a", "b", "c"}, 4, {99, 10, 20, 30, 99, 50, 50, 50, 99, 60, kMissing, 40}};

Traffic traffic(double min, std::optional<double> share = {}) {
  Traffic t;
  t.min = min;
  t.min_share = share;
  return t;
}

Groups groups() {
  Groups g;
  g.canary = {"a"};
  g.baseline = {"b", "c"};
  return g;
}

}  // namespace

TEST_CASE("traffic is counted over the window's points only, missing ones as none") {
  CHECK_FALSE(low_traffic(traffic(60), traffic_seen(kEvents, groups(), 1, 3)).has_value());
  const auto reason = low_traffic(traffic(61), traffic_seen(kEvents, groups(), 1, 3));
  REQUIRE(reason.has_value());
  CHECK(reason->code == "low_traffic");
  CHECK(reason->text ==
        "the canary got 60 events in the window, fewer than the 61 that `traffic: min` asks for; "
        "send "
        "it more traffic or watch it longer");
  CHECK(low_traffic(traffic(31), traffic_seen(kEvents, groups(), 1, 2)).has_value());
}

TEST_CASE("a canary host's share is of what one baseline host got") {
  CHECK_FALSE(low_traffic(traffic(0, 0.48), traffic_seen(kEvents, groups(), 1, 3)).has_value());
  const auto reason = low_traffic(traffic(0, 0.5), traffic_seen(kEvents, groups(), 1, 3));
  REQUIRE(reason.has_value());
  CHECK(reason->text ==
        "a canary host got 48 % of what a baseline host got, less than the 50 % that `traffic: "
        "min_share` asks for");
}

TEST_CASE("a canary without any number has too little traffic even for a minimum of one") {
  const judge::Table nothing{{"a"}, 2, {kMissing, kMissing}};
  CHECK(low_traffic(traffic(1), traffic_seen(nothing, groups(), 0, 2)).has_value());
}

}  // namespace canarygate::gate
