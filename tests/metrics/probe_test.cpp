// `doctor` asks each backend a question of its own: that its language takes it is seen here
// offline, by a server that answers nobody.
#include "checks/metrics/probe.h"

#include <doctest/doctest.h>

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

class LetsNobodyIn : public HttpClient {
 public:
  std::size_t asked = 0;
  std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                             Duration) override {
    asked += requests.size();
    HttpResponse no;
    no.status = 401;
    no.body = "who are you";
    return std::vector<Result<HttpResponse>>(requests.size(), no);
  }
};

Config config_for(const BackendType& type) {
  Config config;
  for (const Key& key : type.keys) {
    if (key.name == "urls") config.set("urls", std::vector<std::string>{"http://a.example.com"});
    if (key.name == "url") config.set("url", std::string("http://a.example.com"));
    if (key.kind == KeyKind::secret && key.name != "password")
      config.set(key.name, SecretRef{SecretRef::From::env, "SECRET"});
    if (!key.required) continue;
    if (key.kind == KeyKind::text) config.set(key.name, std::string("word"));
    if (key.kind == KeyKind::integer) config.set(key.name, std::int64_t{1});
  }
  return config;
}

}  // namespace

TEST_CASE("each backend that is asked by HTTP takes the question that doctor puts to it") {
  for (const std::string name : {"cloudwatch", "datadog", "elasticsearch", "graphite", "influxdb",
                                 "newrelic", "prometheus", "zabbix"}) {
    CAPTURE(name);
    FakeWorld world;
    world.variables.values = {{"SECRET", "a-secret-of-the-test"},
                              {"AWS_REGION", "eu-west-1"},
                              {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                              {"AWS_SECRET_ACCESS_KEY", "another-secret"}};
    LetsNobodyIn http;
    const Ports ports{http, world.clock, world.variables, world.processes, world.interrupt};
    const BackendType* type = find_backend_type(name);
    REQUIRE(type != nullptr);
    const auto backend = type->make(config_for(*type), ports);
    REQUIRE_MESSAGE(backend.has_value(), backend.error().text);
    const auto seen =
        (*backend)->probe({world.clock.now(), std::chrono::seconds(10), std::string()});
    REQUIRE_FALSE(seen.has_value());
    CHECK_MESSAGE(seen.error().kind == ErrorKind::backend, seen.error().text);
    CHECK_MESSAGE(seen.error().text.find("401") != std::string::npos, seen.error().text);
    CHECK(http.asked > 0);
  }
}

TEST_CASE("backends that only a check's own query can prove say nothing of themselves") {
  for (const std::string name : {"exec", "http_json", "scrape"}) {
    CAPTURE(name);
    FakeWorld world;
    const BackendType* type = find_backend_type(name);
    REQUIRE(type != nullptr);
    Config config;
    config.set("command", std::string("none"));
    config.set("url", std::string("http://a.example.com"));
    config.set("path", std::string("/?q={{query}}"));
    config.set("series", std::string("/s"));
    config.set("host", std::string("/h"));
    config.set("points", std::string("/p"));
    config.set("port", std::int64_t{9100});
    const auto backend = type->make(config, world.ports);
    REQUIRE_MESSAGE(backend.has_value(), backend.error().text);
    const auto seen = (*backend)->probe({world.clock.now(), std::chrono::seconds(10), {}});
    REQUIRE(seen.has_value());
    CHECK(*seen == "");
  }
}
