#include "checks/http/rate_limit.h"

#include <doctest/doctest.h>

#include "tests/support/fixture.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kNow{1'795'212'000s};

HttpResponse answered(int status, std::map<std::string, std::string> headers) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

}  // namespace

TEST_CASE("a recorded 429 names its limit, its size and how long it lasts") {
  const HttpResponse response = fixture("datadog/v2_429.json");
  CHECK(describe_rate_limit(response, kNow) ==
        "its limit 'logs_public_search_api' of 10 requests in 10s is used up for 1s");
  CHECK(wait_asked_for(response, kNow) == Duration(1s));
  CHECK(says_used_up(response));
}

TEST_CASE("what a recorded 200 says of its limit asks for no wait while requests remain") {
  const HttpResponse response = fixture("datadog/v1_query_by_host.json");
  const RateLimit limit = rate_limit_of(response, kNow);
  CHECK(limit.name.empty());
  CHECK(limit.limit == 1600);
  CHECK(limit.remaining == 1596);
  CHECK(limit.period == Duration(1h));
  CHECK(limit.reset == Duration(385s));
  CHECK_FALSE(wait_asked_for(response, kNow));
  CHECK_FALSE(says_used_up(response));
}

TEST_CASE("the reset is seconds from now or a Unix time, and Retry-After comes before it") {
  CHECK(wait_asked_for(answered(429, {{"x-ratelimit-reset", "385"}}), kNow) == Duration(385s));
  CHECK(wait_asked_for(answered(429, {{"x-ratelimit-reset", "1795212030"}}), kNow) ==
        Duration(30s));
  CHECK(wait_asked_for(answered(429, {{"x-ratelimit-reset", "1795211000"}}), kNow) == Duration(0));
  CHECK(wait_asked_for(answered(429, {{"x-ratelimit-reset", "-3"}}), kNow) == Duration(0));
  CHECK(wait_asked_for(answered(429, {{"x-ratelimit-reset", "385"}, {"retry-after", "7"}}), kNow) ==
        Duration(7s));
  CHECK(wait_asked_for(answered(200, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "9"}}),
                       kNow) == Duration(9s));
  for (const char* nonsense : {"soon", "", "1.5", "99999999999999999999"}) {
    CHECK_FALSE(wait_asked_for(answered(429, {{"x-ratelimit-reset", nonsense}}), kNow));
  }
}

TEST_CASE("a message says what is known of a limit, and nothing where nothing is") {
  const auto said = [](std::map<std::string, std::string> headers) {
    return describe_rate_limit(answered(429, std::move(headers)), kNow);
  };
  CHECK(said({}).empty());
  CHECK(said({{"retry-after", "90"}}) == "it asks to wait 1m30s");
  CHECK(said({{"x-ratelimit-name", "query\x1b[31m"}, {"x-ratelimit-reset", "5"}}).find('\x1b') ==
        std::string::npos);
  CHECK(said({{"x-ratelimit-name", "query"}}) == "its limit 'query' is used up");
  CHECK(said({{"x-ratelimit-limit", "1"}, {"x-ratelimit-period", "60"}}) ==
        "its limit of 1 request in 1m is used up");
}
