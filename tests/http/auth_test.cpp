#include "checks/http/auth.h"

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

const SecretRef kToken{SecretRef::From::env, "TOKEN"};

/// A world in which the environment variable TOKEN is `token`, or not set.
struct World {
  explicit World(const std::string& token = "")
      : variables(std::map<std::string, std::string>{{"TOKEN", token}}) {}
  FakeWorld others;
  FakeVariables variables;
  Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
};

Config with_auth(const Auth& auth) {
  Config config;
  config.set("auth", auth);
  return config;
}

Config with_headers(std::map<std::string, TextOrSecret> headers) {
  Config config;
  config.set("headers", std::move(headers));
  return config;
}

}  // namespace

TEST_CASE("a bearer token becomes an Authorization header") {
  const World world("t0k\n");
  const auto headers = request_headers(with_auth({Auth::Kind::bearer, "", kToken}), world.ports);
  REQUIRE(headers.has_value());
  CHECK(*headers == Headers{{"Authorization", "Bearer t0k"}});
}

TEST_CASE("basic credentials are encoded as RFC 7617 says") {
  // The RFC's own two examples, and one without padding.
  const std::vector<std::array<std::string, 3>> cases = {
      {"Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
      {"test", "123\xC2\xA3", "Basic dGVzdDoxMjPCow=="},
      {"a", "bcd1", "Basic YTpiY2Qx"}};
  for (const auto& [user, password, header] : cases) {
    const World world(password);
    const auto headers = request_headers(with_auth({Auth::Kind::basic, user, kToken}), world.ports);
    REQUIRE(headers.has_value());
    CHECK(headers->front().second == header);
  }
  const World world("p");
  const auto bad = request_headers(with_auth({Auth::Kind::basic, "a:b", kToken}), world.ports);
  CHECK(bad.error().text == "`auth.basic.username` must not contain ':'");
}

TEST_CASE("headers are sent as text or from a secret; a missing secret is an error of its kind") {
  const World world("k");
  const Config config = with_headers({{"X-Scope-OrgID", std::string("web")}, {"X-Key", kToken}});
  const auto headers = request_headers(config, world.ports);
  REQUIRE(headers.has_value());
  CHECK(*headers == Headers{{"X-Key", "k"}, {"X-Scope-OrgID", "web"}});

  const World empty;
  const auto missing = request_headers(config, empty.ports);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind == ErrorKind::secret);
}

TEST_CASE("nothing configured sends nothing") {
  const World world;
  CHECK(request_headers(Config(), world.ports)->empty());
  CHECK(describe_credentials(Config()).empty());
}

TEST_CASE("a header that would end its line or is no name is refused without its value") {
  const World world;
  const auto split =
      request_headers(with_headers({{"X-A", std::string("a\r\nX-B: s3cret")}}), world.ports);
  REQUIRE_FALSE(split.has_value());
  CHECK(split.error().text == "`headers`: the value of 'X-A' has more than one line");
  const auto name = request_headers(with_headers({{"X A", std::string("v")}}), world.ports);
  CHECK(name.error().text == "`headers`: 'X A' cannot be the name of a header");
}

TEST_CASE("Authorization twice is refused") {
  const World world;
  Config config = with_auth({Auth::Kind::bearer, "", kToken});
  config.set("headers", std::map<std::string, TextOrSecret>{{"authorization", std::string("x")}});
  CHECK(request_headers(config, world.ports).error().text ==
        "`headers` has Authorization and there is `auth` too; keep one of them");
}

TEST_CASE("credentials are described by where they come from, never by what they are") {
  CHECK(describe_credentials(with_auth({Auth::Kind::bearer, "", kToken})) ==
        "`auth.bearer` from the environment variable TOKEN");
  CHECK(describe_credentials(
            with_auth({Auth::Kind::basic, "u", {SecretRef::From::file, "/run/pw"}})) ==
        "`auth.basic` from the file '/run/pw'");
  CHECK(describe_credentials(
            with_headers({{"X-Key", SecretRef{SecretRef::From::command, "pass show k"}},
                          {"X-Scope-OrgID", std::string("web")}})) ==
        "`headers.X-Key` from the command `pass show k`");
}
