#include "checks/http/retry.h"

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

const std::string kUrl = "http://p/x";

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

/// What one request through a RetryingClient gives, and how long it took.
struct Sent {
  Result<HttpResponse> answer;
  Duration took;
};
Sent send(FakeWorld& world, Duration patience) {
  RetryingClient client(world.http, world.clock, world.interrupt);
  const HttpRequest request = get(kUrl);
  const Duration begin = world.clock.elapsed();
  auto answer = client.send_all({&request, 1}, patience).front();
  return {std::move(answer), world.clock.elapsed() - begin};
}

}  // namespace

TEST_CASE("429, 502, 503 and 504 are asked again after half a second; other answers stand") {
  for (const int status : {429, 502, 503, 504}) {
    FakeWorld world;
    world.http.expect("GET", kUrl, status, "busy");
    world.http.expect("GET", kUrl, 200, "done");
    const Sent sent = send(world, 60s);
    REQUIRE(sent.answer.has_value());
    CHECK(sent.answer->body == "done");
    CHECK(sent.took == 500ms);
  }
  for (const int status : {200, 204, 400, 401, 404, 422, 500}) {
    FakeWorld world;
    world.http.expect("GET", kUrl, status, "");
    CHECK(send(world, 60s).answer->status == status);
  }
}

TEST_CASE("the fourth answer is final, after 0.5 s, 1 s and 2 s") {
  FakeWorld world;
  for (int i = 0; i < 4; ++i) world.http.expect("GET", kUrl, 503, std::to_string(i));
  const Sent sent = send(world, 60s);
  CHECK(sent.answer->body == "3");
  CHECK(sent.took == 3500ms);
}

TEST_CASE("a connection that failed is tried again, an error that will not pass is not") {
  FakeWorld world;
  world.http.expect_error("GET", kUrl, ErrorKind::backend, "refused").answer =
      unexpected(Error{ErrorKind::backend, "refused", true});
  world.http.expect("GET", kUrl, 200, "done");
  CHECK(send(world, 60s).answer.has_value());

  world.http.expect_error("GET", kUrl, ErrorKind::backend, "certificate");
  CHECK(send(world, 60s).answer.error().text == "certificate");
}

TEST_CASE("Retry-After is waited for, as seconds or as a date") {
  FakeWorld world;
  world.http.expect("GET", kUrl, 429, "", {{"retry-after", "7"}});
  world.http.expect("GET", kUrl, 200, "");
  CHECK(send(world, 60s).took == 7s);

  // The fake clock has passed to 1795212007, which is 22:00:07 GMT.
  world.http.expect("GET", kUrl, 503, "", {{"retry-after", "Fri, 20 Nov 2026 22:00:20 GMT"}});
  world.http.expect("GET", kUrl, 200, "");
  CHECK(send(world, 60s).took == 13s);
}

TEST_CASE("a Retry-After beyond the patience is not waited for at all") {
  FakeWorld world;
  world.http.expect("GET", kUrl, 429, "limit", {{"retry-after", "61"}});
  const Sent sent = send(world, 60s);
  CHECK(sent.answer->status == 429);
  CHECK(sent.took == 0s);
  for (const char* nonsense : {"-5", "soon", "99999999999999999999", ""}) {
    world.http.expect("GET", kUrl, 503, "", {{"retry-after", nonsense}});
    world.http.expect("GET", kUrl, 200, "");
    CHECK(send(world, 60s).answer->status == 200);
  }
}

TEST_CASE("one server's long Retry-After does not keep the others from being asked again") {
  FakeWorld world;
  world.http.expect("GET", "http://p/a", 429, "", {{"retry-after", "61"}});
  world.http.expect("GET", "http://p/b", 503, "");
  world.http.expect("GET", "http://p/b", 200, "b");
  RetryingClient client(world.http, world.clock, world.interrupt);
  const std::vector<HttpRequest> requests = {get("http://p/a"), get("http://p/b")};
  const auto answers = client.send_all(requests, 60s);
  CHECK(answers[0]->status == 429);
  CHECK(answers[1]->body == "b");
  CHECK(world.clock.elapsed() == 500ms);
}

TEST_CASE("only what failed is sent again, and each answer stays in its place") {
  FakeWorld world;
  world.http.expect("GET", "http://p/a", 200, "a");
  world.http.expect("GET", "http://p/b", 503, "");
  world.http.expect("GET", "http://p/c", 200, "c");
  world.http.expect("GET", "http://p/b", 200, "b");
  RetryingClient client(world.http, world.clock, world.interrupt);
  const std::vector<HttpRequest> requests = {get("http://p/a"), get("http://p/b"),
                                             get("http://p/c")};
  const auto answers = client.send_all(requests, 60s);
  CHECK(answers[0]->body == "a");
  CHECK(answers[1]->body == "b");
  CHECK(answers[2]->body == "c");
  CHECK(world.http.sent.size() == 4);
}

TEST_CASE("an interrupt ends the waiting, and the last answer stands") {
  FakeWorld world;
  world.clock.on_sleep = [&](TimePoint) { world.interrupt.raise(15); };
  world.http.expect("GET", kUrl, 503, "");
  CHECK(send(world, 60s).answer->status == 503);
}

TEST_CASE("credentials that a server repeats in its answer do not come back") {
  FakeWorld world;
  world.http.expect("GET", kUrl, 400, "you sent Bearer s3cr3t-token");
  RetryingClient client(world.http, world.clock, world.interrupt);
  HttpRequest request = get(kUrl);
  request.headers = {{"Authorization", "Bearer s3cr3t-token"}};
  const auto answer = client.send_all({&request, 1}, 60s).front();
  REQUIRE(answer.has_value());
  CHECK(answer->body == "you sent Bearer [hidden]");
}

TEST_CASE(
    "a 429 with X-RateLimit-Reset waits as one with Retry-After does, never beyond patience") {
  FakeWorld world;
  world.http.expect("GET", kUrl, 429, "", {{"x-ratelimit-reset", "7"}});
  world.http.expect("GET", kUrl, 200, "done");
  const Sent sent = send(world, 60s);
  CHECK(sent.answer->body == "done");
  CHECK(sent.took == 7s);

  world.http.expect("GET", kUrl, 429, "limit", {{"x-ratelimit-reset", "385"}});
  const Sent late = send(world, 60s);
  CHECK(late.answer->status == 429);
  CHECK(late.took == 0s);
}

namespace {

/// Two calls of one client, the second for `url`; how long the second took.
Duration second_took(FakeWorld& world, const std::string& url, Duration patience) {
  RetryingClient client(world.http, world.clock, world.interrupt);
  const std::vector<HttpRequest> first = {get(kUrl + "?n=1"), get(kUrl + "?n=2")};
  CHECK(client.send_all(first, 60s).size() == 2);
  const HttpRequest second = get(url);
  const Duration begin = world.clock.elapsed();
  CHECK(client.send_all({&second, 1}, patience).front().has_value());
  return world.clock.elapsed() - begin;
}

}  // namespace

TEST_CASE("where nothing remains of a limit, the next request of its path waits for the reset") {
  const std::string next = kUrl + "?n=3";
  const auto expect = [](FakeWorld& world, const std::string& url) {
    // Of two answers of one moment the one that saw the least left counts, whichever came last.
    world.http.expect("GET", kUrl + "?n=1", 200, "",
                      {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "20"}});
    world.http.expect("GET", kUrl + "?n=2", 200, "",
                      {{"x-ratelimit-remaining", "1"}, {"x-ratelimit-reset", "20"}});
    world.http.expect("GET", url, 200, "");
  };
  FakeWorld same;
  expect(same, next);
  CHECK(second_took(same, next, 60s) == 20s);

  FakeWorld impatient;
  expect(impatient, next);
  CHECK(second_took(impatient, next, 20s) == 0s);

  FakeWorld another_path;
  expect(another_path, "http://p/y");
  CHECK(second_took(another_path, "http://p/y", 60s) == 0s);
}

TEST_CASE(
    "a limit that says nothing of its reset holds nobody back, and neither does one with rest") {
  for (const auto& headers : std::vector<std::map<std::string, std::string>>{
           {{"x-ratelimit-remaining", "0"}},
           {{"x-ratelimit-remaining", "1"}, {"x-ratelimit-reset", "20"}}}) {
    FakeWorld world;
    world.http.expect("GET", kUrl + "?n=1", 200, "", headers);
    world.http.expect("GET", kUrl + "?n=2", 200, "", headers);
    world.http.expect("GET", kUrl, 200, "");
    CHECK(second_took(world, kUrl, 60s) == 0s);
  }
}
