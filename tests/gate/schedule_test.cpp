#include "checks/gate/schedule.h"

#include <doctest/doctest.h>

#include <set>

#include "checks/duration.h"
#include "tests/support/fakes.h"

namespace canarygate::gate {

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const TimePoint kNow = *parse_time("2026-11-20T14:00:00Z");

GateRequest request_with(Duration warmup, Duration duration) {
  GateRequest request;
  request.loaded.check.window = {warmup, duration, seconds(15)};
  return request;
}

}  // namespace

TEST_CASE("the window opens after the warm-up and lasts its duration") {
  const test::FakeClock clock(kNow);
  const auto schedule = make_schedule(request_with(minutes(1), minutes(5)), seconds(15), clock);
  REQUIRE(schedule.has_value());
  CHECK(schedule->deployed_at == kNow);
  CHECK(schedule->start == kNow + minutes(1));
  CHECK(schedule->end == kNow + minutes(6));
  CHECK(schedule->timeout == minutes(8) + seconds(15));
  CHECK(schedule->may_wait);
}

TEST_CASE("--now alone looks back on a window that has just become complete") {
  const test::FakeClock clock(kNow + minutes(99));
  GateRequest request = request_with(minutes(1), minutes(5));
  request.now = kNow;
  const auto schedule = make_schedule(request, seconds(15), clock);
  REQUIRE(schedule.has_value());
  CHECK(schedule->end + seconds(15) == kNow);
  CHECK_FALSE(schedule->may_wait);
}

TEST_CASE("a deploy in the future is refused") {
  const test::FakeClock clock(kNow);
  GateRequest request = request_with(minutes(1), minutes(5));
  request.deployed_at = kNow + seconds(1);
  const auto schedule = make_schedule(request, Duration(0), clock);
  REQUIRE_FALSE(schedule.has_value());
  CHECK(schedule.error().kind == ErrorKind::usage);
  CHECK(
      schedule.error().text ==
      "--deployed-at 2026-11-20T14:00:01Z is in the future (it is 2026-11-20T14:00:00Z now); give "
      "the time at which the canary's deploy ended");
}

TEST_CASE("a timeout that the rest of the window does not fit in is refused") {
  const test::FakeClock clock(kNow);
  GateRequest request = request_with(minutes(1), minutes(5));
  request.timeout = minutes(6);
  const auto schedule = make_schedule(request, seconds(15), clock);
  REQUIRE_FALSE(schedule.has_value());
  CHECK(schedule.error().kind == ErrorKind::usage);
  CHECK(
      schedule.error().text ==
      "--timeout 6m is shorter than the 6m15s that the window still needs (warmup 1m, duration 5m, "
      "settle 15s); give at least 8m15s");
  request.deployed_at = kNow - std::chrono::milliseconds(724);
  CHECK(make_schedule(request, seconds(15), clock).error().text ==
        schedule.error().text);             // in whole seconds
  request.deployed_at = kNow - minutes(3);  // half of it is over
  CHECK(make_schedule(request, seconds(15), clock).has_value());
}

TEST_CASE("what is left of the timeout is measured from the start and never negative") {
  test::FakeClock clock(kNow);
  clock.advance(minutes(1));
  const auto schedule = make_schedule(request_with(minutes(1), minutes(5)), Duration(0), clock);
  REQUIRE(schedule.has_value());
  clock.advance(minutes(3));
  CHECK(time_left(*schedule, clock) == minutes(5));
  clock.advance(minutes(30));
  CHECK(time_left(*schedule, clock) == Duration(0));
}

TEST_CASE("the seed follows from the check's name and the deploy, and from nothing else") {
  CHECK(seed_of("web", kNow) == seed_of("web", kNow));
  CHECK(seed_of("web", kNow) < (1ULL << 53U));
  CHECK(std::set{seed_of("web", kNow), seed_of("api", kNow), seed_of("web", kNow + seconds(1))}
            .size() == 3);
}

}  // namespace canarygate::gate
