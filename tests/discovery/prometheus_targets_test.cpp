#include <doctest/doctest.h>

#include <algorithm>

#include "checks/discovery/source.h"
#include "tests/discovery/recorded.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

const std::string kTargets = "https://prom.example.com/prometheus/api/v1/targets?state=active";

Config job(const std::string& name, const TextMap& labels = {}, const std::string& as = "") {
  Config selection;
  selection.set("job", name);
  if (!labels.empty()) selection.set("labels", labels);
  if (!as.empty()) selection.set("as", as);
  return selection;
}

Result<Found> find(FakeWorld& world, const Config& selection) {
  Config connection;
  connection.set("url", std::string("https://prom.example.com/prometheus/"));
  auto source = find_source_type("prometheus_targets")->make(connection, world.ports);
  REQUIRE(source);
  return (*source)->find(selection, std::chrono::seconds(60));
}

Result<Found> find_in(const std::string& body, const Config& selection, int status = 200) {
  FakeWorld world;
  world.http.expect("GET", kTargets, status, body);
  return find(world, selection);
}

std::string target(const std::string& instance, const std::string& more, const std::string& health,
                   const std::string& error = "") {
  return R"({"labels":{"job":"web","instance":")" + instance + "\"" + more + R"(},"health":")" +
         health + R"(","lastError":")" + error + "\"}";
}

std::string reply(const Texts& targets) {
  std::string list;
  for (const std::string& one : targets) list += (list.empty() ? "" : ",") + one;
  return R"({"status":"success","data":{"activeTargets":[)" + list + "]}}";
}

Texts names(const Found& found) {
  Texts names;
  for (const Host& host : found.hosts) names.push_back(host.name);
  std::ranges::sort(names);
  return names;
}

}  // namespace

TEST_CASE("a job's targets are found under the name that its series carry") {
  FakeWorld world;
  expect_recorded(world.http, kTargets, "prometheus-2.42/targets");
  const auto found = find(world, job("node"));
  REQUIRE(found);
  CHECK(names(*found) == Texts{"127.0.0.1:19100"});
  CHECK(found->hosts[0].labels == TextMap{{"instance", "127.0.0.1:19100"}, {"job", "node"}});
  CHECK(found->warnings.empty());
}

TEST_CASE("labels narrow a job's targets, and `as` names them") {
  const std::string body = reply({target("a:80", R"(,"track":"canary","node":"n1")", "up"),
                                  target("b:80", R"(,"track":"stable")", "up")});
  CHECK(names(*find_in(body, job("web", {{"track", "canary"}}))) == Texts{"a:80"});
  CHECK(names(*find_in(body, job("web", {{"track", "canary"}}, "address"))) == Texts{"a"});
  const auto by_node = find_in(body, job("web", {}, "node"));
  CHECK(names(*by_node) == Texts{"n1"});
  CHECK(by_node->warnings == Texts{"left out 1 target without the label that names it"});
}

TEST_CASE("targets that are down are left out and named, new ones are kept") {
  const auto found = find_in(reply({target("a:80", "", "down", "connection\\nrefused"),
                                    target("b:80", "", "unknown"), target("c:80", "", "up")}),
                             job("web"));
  REQUIRE(found);
  CHECK(names(*found) == Texts{"b:80", "c:80"});
  CHECK(found->warnings ==
        Texts{"left out 1 target that Prometheus cannot scrape: a:80 (connection)"});
}

TEST_CASE("an empty answer of Prometheus says what there is instead") {
  FakeWorld world;
  expect_recorded(world.http, kTargets, "prometheus-2.42/targets");
  CHECK(find(world, job("web"))->why_nobody ==
        "Prometheus at prom.example.com has no active target of job 'web'; the values of 'job' "
        "there are: node, prometheus and push");
  const std::string body = reply({target("a:80", R"(,"track":"stable")", "up")});
  CHECK(find_in(body, job("web", {{"track", "canary"}}))->why_nobody ==
        "Prometheus at prom.example.com has 1 active target of job 'web', but none with "
        "track='canary'; the values of 'track' there are: stable");
  CHECK(find_in(reply({target("a:80", "", "down", "refused")}), job("web"))->why_nobody ==
        "Prometheus at prom.example.com cannot scrape the targets that match: a:80 (refused)");
}

TEST_CASE("refusals and replies that are not Prometheus' name the server and the next step") {
  struct Case {
    int status;
    std::string body;
    std::string expected;
  };
  const std::string not_its = "Prometheus at prom.example.com did not answer with its targets: ";
  const std::string check =
      "; check that `url` is a Prometheus and not a login page or a proxy. It said: ";
  const std::vector<Case> cases = {
      {401, "no org id",
       "Prometheus at prom.example.com answered 401: no org id; check `auth` (none is "
       "configured)"},
      {404, "404 page not found\n",
       "Prometheus at prom.example.com answered 404: 404 page not found; check that `url` is a "
       "Prometheus that serves /api/v1/targets"},
      {503, "", "Prometheus at prom.example.com answered 503; look at its log"},
      {200, "<html>", not_its + "it is not complete JSON" + check + "<html>"},
      {200, "[]", not_its + "its status is not success: " + check + "[]"},
      {200, R"({"status":"success"})",
       not_its + "it has no 'data.activeTargets'" + check + R"({"status":"success"})"},
      {200, R"({"status":"success","data":{"activeTargets":{}}})",
       not_its + "'activeTargets' of the reply is not a list" + check +
           R"({"status":"success","data":{"activeTargets":{}}})"},
      {200, R"({"status":"success","data":{"activeTargets":[{"labels":{"a":1}}]}})",
       not_its + "'labels' of target 1 is not a map of strings" + check +
           R"({"status":"success","data":{"activeTargets":[{"labels":{"a":1}}]}})"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.body);
    const auto found = find_in(one.body, job("web"), one.status);
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::discovery);
    CHECK(found.error().text == one.expected);
  }
}

TEST_CASE("targets without a server to ask are an error before anything is asked") {
  FakeWorld world;
  const auto source = find_source_type("prometheus_targets")->make(Config{}, world.ports);
  REQUIRE_FALSE(source);
  CHECK(source.error().kind == ErrorKind::definition);
  CHECK(source.error().text ==
        "prometheus_targets has no server to ask; give its `url` under `discovery: "
        "{prometheus_targets: …}` in the environment");
}
