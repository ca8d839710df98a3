#include "checks/http/failover.h"

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

HttpRequest get(const std::string& path) {
  HttpRequest request;
  request.url = path;
  return request;
}

/// Takes every 200 and writes down what it got; a 5xx goes to the next server.
struct Taker {
  std::vector<std::string> taken;
  TakeAnswer take = [this](std::size_t, const std::string& server, HttpResponse response) {
    if (response.status == 200) {
      taken.push_back(server + " " + response.body);
      return Status(Done{});
    }
    const std::string text = server + " said " + std::to_string(response.status);
    return Status(unexpected(Error{ErrorKind::backend, text, response.status >= 500}));
  };
};

}  // namespace

TEST_CASE("the first server is asked, and the second only for what the first could not answer") {
  FakeWorld world;
  Failover failover({"http://a", "http://b/"});
  Taker taker;
  world.http.expect("GET", "http://a/x", 200, "1");
  world.http.expect("GET", "http://a/y", 500, "");
  world.http.expect("GET", "http://b/y", 200, "2");
  const std::vector<HttpRequest> requests = {get("/x"), get("/y")};
  const auto results = failover.ask(world.http, world.clock, requests, 60s, taker.take);
  CHECK(results[0].has_value());
  CHECK(results[1].has_value());
  CHECK(taker.taken == std::vector<std::string>{"http://a 1", "http://b/ 2"});
}

TEST_CASE("the server that answered last is asked first from then on") {
  FakeWorld world;
  Failover failover({"http://a", "http://b"});
  Taker taker;
  const HttpRequest request = get("/x");
  world.http.expect_error("GET", "http://a/x", ErrorKind::backend, "a: refused");
  world.http.expect("GET", "http://b/x", 200, "").forever = true;
  for (int i = 0; i < 2; ++i) {
    CHECK(failover.ask(world.http, world.clock, {&request, 1}, 60s, taker.take)[0].has_value());
  }
  CHECK(world.http.sent.size() == 3);
}

TEST_CASE("when no server could answer the error gives each one's reason") {
  FakeWorld world;
  Failover failover({"http://a", "http://b", "http://c"});
  Taker taker;
  const HttpRequest request = get("/x");
  world.http.expect_error("GET", "http://a/x", ErrorKind::backend, "a: refused");
  world.http.expect("GET", "http://b/x", 503, "");
  world.http.expect_error("GET", "http://c/x", ErrorKind::backend, "c: no such host");
  const auto results = failover.ask(world.http, world.clock, {&request, 1}, 60s, taker.take);
  REQUIRE_FALSE(results[0].has_value());
  CHECK(results[0].error().kind == ErrorKind::backend);
  CHECK(results[0].error().text ==
        "none of the 3 servers could answer: a: refused; http://b said 503; c: no such host");
}

TEST_CASE("an answer that no server will better ends the search") {
  FakeWorld world;
  Failover failover({"http://a", "http://b"});
  Taker taker;
  const HttpRequest request = get("/x");
  world.http.expect("GET", "http://a/x", 400, "");
  const auto results = failover.ask(world.http, world.clock, {&request, 1}, 60s, taker.take);
  CHECK(results[0].error().text == "http://a said 400");
}

TEST_CASE("neither an interrupt nor the end of patience is taken for a server that is down") {
  for (const ErrorKind kind : {ErrorKind::interrupted, ErrorKind::timeout}) {
    FakeWorld world;
    Failover failover({"http://a", "http://b"});
    Taker taker;
    const HttpRequest request = get("/x");
    world.http.expect_error("GET", "http://a/x", kind, "over");
    const auto results = failover.ask(world.http, world.clock, {&request, 1}, 60s, taker.take);
    CHECK(results[0].error().kind == kind);
    CHECK(results[0].error().text == "over");
  }
}

TEST_CASE("a server that may hang leaves time for the others") {
  FakeWorld world;
  Failover failover({"http://a", "http://b"});
  Taker taker;
  const HttpRequest request = get("/x");
  world.http.expect("GET", "http://a/x", 500, "");
  world.http.expect("GET", "http://b/x", 200, "");
  CHECK(failover.ask(world.http, world.clock, {&request, 1}, 20s, taker.take)[0].has_value());
  CHECK(world.http.sent[0].timeout == 10s);
  CHECK(world.http.sent[1].timeout == 15s);
}
