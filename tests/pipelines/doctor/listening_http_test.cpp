#include "pipelines/doctor/listening_http.h"

#include <doctest/doctest.h>

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using doctor::ListeningHttp;
using doctor::parse_http_date;
using namespace std::chrono_literals;

namespace {

constexpr const char* kUrl = "http://a.example.com/";

/// By the date that the answer carries, in a world where it is 2026-11-20T22:00:00Z.
ListeningHttp::Heard heard_of(std::map<std::string, std::string> headers) {
  FakeWorld world;
  world.http.expect("GET", kUrl, 200, "", std::move(headers));
  ListeningHttp http(world.http, world.clock, 10s);
  HttpRequest request;
  request.url = kUrl;
  request.timeout = 60s;
  REQUIRE(http.send_all({&request, 1}, 20s).front().has_value());
  CHECK(world.http.sent.front().only_once);
  CHECK(world.http.sent.front().timeout == 10s);
  return http.take();
}

}  // namespace

TEST_CASE("a Date of HTTP is read, and any other form is none") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == TimePoint(784'111'777s));
  CHECK_FALSE(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"));
  CHECK_FALSE(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT or so"));
  CHECK_FALSE(parse_http_date("Sun, 06 Nov 1994 08:49:37 CET"));
  CHECK_FALSE(parse_http_date(""));
}

TEST_CASE("a clock is off by what lies outside of the time in which the request was under way") {
  const TimePoint now = FakeWorld().clock.now();
  REQUIRE(now == parse_http_date("Fri, 20 Nov 2026 22:00:00 GMT"));
  CHECK(heard_of({{"date", "Fri, 20 Nov 2026 22:00:00 GMT"}}).skew == 0s);
  CHECK(heard_of({{"date", "Fri, 20 Nov 2026 21:59:59 GMT"}}).skew == 0s);
  CHECK(heard_of({{"date", "Fri, 20 Nov 2026 22:01:00 GMT"}}).skew == 60s);
  CHECK(heard_of({{"date", "Fri, 20 Nov 2026 21:59:00 GMT"}}).skew == -59s);
}

TEST_CASE("an answer without a date, or out of a cache, says nothing of a clock") {
  CHECK_FALSE(heard_of({}).skew);
  CHECK_FALSE(heard_of({{"date", "yesterday"}}).skew);
  CHECK_FALSE(heard_of({{"date", "Fri, 20 Nov 2026 21:00:00 GMT"}, {"age", "3600"}}).skew);
}

TEST_CASE("what was heard is told once") {
  FakeWorld world;
  world.http.expect_error("GET", kUrl, ErrorKind::backend, "down");
  ListeningHttp http(world.http, world.clock, 10s);
  CHECK_FALSE(http.take().asked);
  HttpRequest request;
  request.url = kUrl;
  REQUIRE_FALSE(http.send_all({&request, 1}, 20s).front().has_value());
  const auto heard = http.take();
  CHECK(heard.asked);
  CHECK_FALSE(heard.answered);
  CHECK_FALSE(http.take().asked);
}
