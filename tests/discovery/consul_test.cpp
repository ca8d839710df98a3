#include <doctest/doctest.h>

#include <algorithm>

#include "checks/discovery/source.h"
#include "tests/discovery/recorded.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

const std::string kUrl = "http://consul.example.com:8500";
const std::string kWeb = kUrl + "/v1/health/service/web";

Config connection() {
  Config config;
  config.set("url", kUrl);
  return config;
}

Config connection_with_token() {
  Config config = connection();
  config.set("token", SecretRef{SecretRef::From::env, "CONSUL_HTTP_TOKEN"});
  return config;
}

Config service(const std::string& name) {
  Config selection;
  selection.set("service", name);
  return selection;
}

Config web_with(const std::string& key, ConfigValue value) {
  Config selection = service("web");
  selection.set(key, std::move(value));
  return selection;
}

Result<Found> find(FakeWorld& world, const Config& selection, const Config& over = connection()) {
  auto source = find_source_type("consul")->make(over, world.ports);
  REQUIRE(source);
  return (*source)->find(selection, std::chrono::seconds(60));
}

Texts names(const Found& found) {
  Texts names;
  for (const Host& host : found.hosts) names.push_back(host.name);
  std::ranges::sort(names);
  return names;
}

/// Answers one question about `web` with a body of our own.
Result<Found> find_in(const std::string& body, const Config& selection = service("web")) {
  FakeWorld world;
  world.http.expect("GET", kWeb, 200, body);
  return find(world, selection);
}

std::string instance(const std::string& node_address, const std::string& address, int port,
                     const std::string& id = "web-1") {
  return R"({"Node":{"Node":"n1","Address":")" + node_address + R"("},"Service":{"ID":")" + id +
         R"(","Address":")" + address + R"(","Port":)" + std::to_string(port) + R"(},"Checks":[]})";
}

}  // namespace

TEST_CASE("Consul's instances that warn or fail are left out and named") {
  FakeWorld world;
  expect_recorded(world.http, kWeb, "consul-1.8.7/health_service_all");
  const auto found = find(world, service("web"));
  REQUIRE(found);
  CHECK(names(*found) == Texts{"127.0.0.11:8080", "127.0.0.13:8080"});
  CHECK(found->warnings ==
        Texts{"left out 2 instances that Consul does not call passing: 127.0.0.12:8080 (critical) "
              "and 127.0.0.14:8081 (warning)"});
}

TEST_CASE("passing: false takes Consul's instances whatever their checks say") {
  FakeWorld world;
  expect_recorded(world.http, kWeb, "consul-1.8.7/health_service_all");
  const auto found = find(world, web_with("passing", false));
  REQUIRE(found);
  CHECK(found->hosts.size() == 4);
  CHECK(found->warnings.empty());
}

TEST_CASE("tag conditions on Consul's instances: all of, any of, none of, whatever their case") {
  struct Case {
    std::string key;
    Texts tags;
    Texts expected;
  };
  const std::vector<Case> cases = {
      {"tags", {"canary"}, {"127.0.0.13:8080", "127.0.0.14:8081"}},
      {"tags", {"prod", "canary"}, {"127.0.0.13:8080"}},
      {"tags", {"CANARY", "v2"}, {"127.0.0.13:8080"}},
      {"any_tags", {"v1", "v2"}, {"127.0.0.11:8080", "127.0.0.12:8080", "127.0.0.13:8080"}},
      {"not_tags", {"canary"}, {"127.0.0.11:8080", "127.0.0.12:8080"}},
      {"not_tags", {"Canary", "v1"}, {}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.key);
    CAPTURE(one.tags.front());
    FakeWorld world;
    expect_recorded(world.http, kWeb, "consul-1.8.7/health_service_all");
    Config selection = web_with(one.key, one.tags);
    selection.set("passing", false);
    const auto found = find(world, selection);
    REQUIRE(found);
    CHECK(names(*found) == one.expected);
  }
}

TEST_CASE("both groups come out of one answer of Consul") {
  FakeWorld world;  // strict: the second question would have no answer
  expect_recorded(world.http, kWeb, "consul-1.8.7/health_service_all");
  auto source = find_source_type("consul")->make(connection(), world.ports);
  const auto canary = (*source)->find(web_with("tags", Texts{"canary"}), Duration(1000));
  const auto baseline = (*source)->find(web_with("not_tags", Texts{"canary"}), Duration(1000));
  REQUIRE(canary);
  REQUIRE(baseline);
  CHECK(names(*canary) == Texts{"127.0.0.13:8080"});
  CHECK(names(*baseline) == Texts{"127.0.0.11:8080"});
  CHECK(world.http.sent.size() == 1);
}

TEST_CASE("a Consul service without an address of its own is at its node's") {
  FakeWorld world;
  expect_recorded(world.http, kWeb, "consul-1.8.7/two_nodes_empty_service_address");
  const auto found = find(world, service("web"));
  REQUIRE(found);
  CHECK(names(*found) == Texts{"127.0.0.2:80"});
}

TEST_CASE("`as` names a Consul host by address, by address and port, or by node") {
  for (const auto& [as, expected] :
       TextMap{{"address", "127.0.0.2"}, {"address:port", "127.0.0.2:80"}, {"node", "n2"}}) {
    FakeWorld world;
    expect_recorded(world.http, kWeb, "consul-1.8.7/two_nodes_empty_service_address");
    const auto found = find(world, web_with("as", as));
    REQUIRE(found);
    CHECK(names(*found) == Texts{expected});
  }
}

TEST_CASE("Consul's own filter chooses the instances") {
  FakeWorld world;
  expect_recorded(world.http, kWeb + "?filter=Service.Meta.version%20%3D%3D%20%222.0%22",
                  "consul-1.8.7/health_service_filter");
  const auto found =
      find(world, web_with("filter", std::string(R"(Service.Meta.version == "2.0")")));
  REQUIRE(found);
  CHECK(names(*found) == Texts{"127.0.0.13:8080"});
}

TEST_CASE("an instance on a dead Consul node is not passing, whatever its own check says") {
  FakeWorld world;
  expect_recorded(world.http, kWeb, "consul-1.8.7/node_down_serfHealth_critical");
  const auto found = find(world, service("web"));
  REQUIRE(found);
  CHECK(found->hosts.empty());
  CHECK(found->warnings ==
        Texts{"left out 1 instance that Consul does not call passing: 127.0.0.2:80 (critical)"});
  CHECK(found->why_nobody ==
        "Consul at consul.example.com:8500 lists 1 instance of service 'web', but none that is "
        "passing; the tags there are: canary");
}

TEST_CASE("node metadata narrows Consul's instances down") {
  FakeWorld world;
  expect_recorded(world.http, kUrl + "/v1/health/service/api", "consul-1.8.7/health_api");
  Config selection = service("api");
  selection.set("node_meta", TextMap{{"role", "canary"}});
  auto source = find_source_type("consul")->make(connection(), world.ports);
  CHECK((*source)->find(selection, Duration(1000))->hosts.size() == 3);
  selection.set("node_meta", TextMap{{"role", "canary"}, {"rack", "7"}});
  const auto none = (*source)->find(selection, Duration(1000));
  CHECK(none->hosts.empty());
  CHECK(none->why_nobody ==
        "Consul at consul.example.com:8500 lists 3 instances of service 'api', but none that is "
        "passing and has node metadata 'rack: 7', node metadata 'role: canary'; the tags there "
        "are: canary");
}

TEST_CASE("a Consul host carries its metadata, node, id and tags as labels") {
  FakeWorld world;
  expect_recorded(world.http, kWeb, "consul-1.8.7/health_service_all");
  const auto found = find(world, web_with("tags", Texts{"canary"}));
  REQUIRE(found->hosts.size() == 1);
  CHECK(found->hosts[0].labels == TextMap{{"version", "2.0"},
                                          {"node", "bench"},
                                          {"service_id", "web-c"},
                                          {"tags", "prod,canary,v2"}});
}

TEST_CASE("what only Consul can decide goes into the question, percent-encoded") {
  FakeWorld world;
  Config selection = service("a/b c");
  selection.set("filter", std::string(R"(Service.Meta.version == "2.0")"));
  selection.set("datacenter", std::string("us-west"));
  selection.set("namespace", std::string("team"));
  selection.set("stale", true);
  Config over = connection();
  over.set("datacenter", std::string("eu"));
  world.http.expect("GET",
                    kUrl +
                        "/v1/health/service/a%2Fb%20c?dc=us-west&ns=team&filter=Service.Meta."
                        "version%20%3D%3D%20%222.0%22&stale=1",
                    200, "[]");
  const auto found = find(world, selection, over);
  REQUIRE(found);
  CHECK(found->why_nobody ==
        "Consul at consul.example.com:8500 lists no instance of service 'a/b c' under the filter "
        "'Service.Meta.version == \"2.0\"'. Either the service or the filter is wrong, or it may "
        "not be read without a token (none is configured): Consul answers both with an empty list");
}

TEST_CASE("the local agent is asked where no Consul is configured, for as long as it may need") {
  FakeWorld world;
  world.http.expect("GET", "http://127.0.0.1:8500/v1/health/service/web", 200,
                    "[" + instance("10.0.0.1", "", 80) + "]");
  CHECK(find(world, service("web"), Config{}));
  // An agent without a leader answers only after several seconds.
  CHECK(world.http.sent[0].timeout == std::chrono::seconds(15));
  CHECK(world.http.sent[0].headers.empty());
}

TEST_CASE("Consul is sent the token, and never in the address") {
  FakeWorld world;
  const FakeVariables variables(TextMap{{"CONSUL_HTTP_TOKEN", "1111-2222"}});
  const Ports ports{world.http, world.clock, variables, world.processes, world.interrupt};
  world.http.expect("GET", kWeb, 200, "[]").headers = {{"X-Consul-Token", "1111-2222"}};
  auto source = find_source_type("consul")->make(connection_with_token(), ports);
  const auto found = (*source)->find(service("web"), Duration(1000));
  REQUIRE(found);
  CHECK(found->why_nobody ==
        "Consul at consul.example.com:8500 lists no instance of service 'web'. Either the service "
        "is misspelt, or the token (from the environment variable CONSUL_HTTP_TOKEN) may not read "
        "it: Consul answers both with an empty list");
}

TEST_CASE("Consul's refusals name the server, what it said and what to look at") {
  struct Case {
    std::string recording;
    Config selection;
    std::string query;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"acl_bad_token", service("web"), "",
       "Consul at consul.example.com:8500 answered 403: ACL not found; it does not know the token "
       "it was sent: check `token` (the environment variable CONSUL_HTTP_TOKEN)"},
      {"no_leader_catalog", service("web"), "",
       "Consul at consul.example.com:8500 answered 500: No cluster leader; its servers have not "
       "elected one: look at `consul operator raft list-peers`, or ask another agent"},
      {"error_unknown_dc", web_with("datacenter", std::string("nodc")), "?dc=nodc",
       "Consul at consul.example.com:8500 answered 500: No path to datacenter; check `datacenter` "
       "('nodc')"},
      {"error_bad_filter", web_with("filter", std::string("Foo ===")), "?filter=Foo%20%3D%3D%3D",
       "Consul at consul.example.com:8500 answered 500: Failed to create boolean expression "
       "evaluator: 1:7 (6): no match found, expected: \"-\", \"0\", \"\\\"\", \"`\", [ \\t\\r\\n], "
       "[1-9] or [a-zA-Z]; check `filter` ('Foo ===')"},
      {"error_404", service("web"), "",
       "Consul at consul.example.com:8500 answered 404; check that `url` is a Consul agent"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.recording);
    FakeWorld world;
    const FakeVariables variables(TextMap{{"CONSUL_HTTP_TOKEN", "wrong"}});
    const Ports ports{world.http, world.clock, variables, world.processes, world.interrupt};
    expect_recorded(world.http, kWeb + one.query, "consul-1.8.7/" + one.recording);
    auto source = find_source_type("consul")->make(connection_with_token(), ports);
    const auto found = (*source)->find(one.selection, Duration(1000));
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::discovery);
    CHECK(found.error().text == one.expected);
  }
}

TEST_CASE("a token that Consul knows but that may not read is told what it needs") {
  FakeWorld world;
  world.http.expect("GET", kWeb, 403, "Permission denied");
  const auto found = find(world, service("web"));
  REQUIRE_FALSE(found);
  CHECK(found.error().text ==
        "Consul at consul.example.com:8500 answered 403: Permission denied; check `token` (none is "
        "configured): it must allow `service:read` and `node:read`");
}

TEST_CASE("an unknown service and a missing Consul token look alike, and the text says so") {
  FakeWorld world;
  expect_recorded(world.http, kWeb, "consul-1.8.7/acl_anonymous_health");
  const auto found = find(world, service("web"));
  REQUIRE(found);
  CHECK(found->hosts.empty());
  CHECK(found->why_nobody ==
        "Consul at consul.example.com:8500 lists no instance of service 'web'. Either the service "
        "is misspelt, or it may not be read without a token (none is configured): Consul answers "
        "both with an empty list");
}

TEST_CASE("conditions that no Consul instance meets are shown beside the tags there are") {
  FakeWorld world;
  expect_recorded(world.http, kWeb, "consul-1.8.7/health_service_all");
  Config selection = web_with("tags", Texts{"canaries"});
  selection.set("not_tags", Texts{"v1", "v3"});
  const auto found = find(world, selection);
  REQUIRE(found);
  CHECK(found->why_nobody ==
        "Consul at consul.example.com:8500 lists 4 instances of service 'web', but none that is "
        "passing and has tag 'canaries', none of the tags 'v1', 'v3'; the tags there are: canary, "
        "prod, v1 and v2");
}

TEST_CASE("Consul not reached, too slow or interrupted keeps its kind of error") {
  FakeWorld world;
  world.http.expect_error("GET", kWeb, ErrorKind::backend, "cannot connect to consul");
  const auto refused = find(world, service("web"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::discovery);
  CHECK(refused.error().text == "cannot connect to consul");
  world.http.expect_error("GET", kWeb, ErrorKind::timeout, "too slow");
  CHECK(find(world, service("web")).error().kind == ErrorKind::timeout);
  world.http.expect_error("GET", kWeb, ErrorKind::interrupted, "stopped");
  CHECK(find(world, service("web")).error().kind == ErrorKind::interrupted);
}

TEST_CASE("a Consul token that cannot be had is a missing secret, and nothing is asked") {
  FakeWorld world;
  const auto found = find(world, service("web"), connection_with_token());
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == ErrorKind::secret);
  CHECK(world.http.sent.empty());
}

TEST_CASE("instances without an address are left out, and their ids named") {
  const auto found = find_in("[" + instance("", "", 80, "web-9") + "," +
                             instance("10.0.0.1", "", 80, "web-1") + "]");
  REQUIRE(found);
  CHECK(names(*found) == Texts{"10.0.0.1:80"});
  CHECK(found->warnings == Texts{"left out 1 instance without an address: web-9"});
}

TEST_CASE("IPv6 addresses get brackets before a port, and an instance without a port has none") {
  const auto found = find_in("[" + instance("", "2001:db8::1", 8080) + "," +
                             instance("", "10.0.0.1", 0) + "," + instance("", "::2", 0) + "]");
  REQUIRE(found);
  CHECK(names(*found) == Texts{"10.0.0.1", "::2", "[2001:db8::1]:8080"});
}

TEST_CASE("replies that are not Consul's are errors that name server and field") {
  struct Case {
    std::string body;
    std::string cause;
  };
  const std::vector<Case> cases = {
      {"<html>Log in\nhere</html>", "it is not complete JSON"},
      {R"([{"Node":{"Node":"n1")", "it is not complete JSON"},
      {"", "it is not complete JSON"},
      {R"({"errors":[]})", "it is not a list of service instances"},
      {R"([{"Service":{}}])", "instance 1 has no 'Node' and 'Service'"},
      {R"([1])", "instance 1 has no 'Node' and 'Service'"},
      {R"([{"Node":{},"Service":{"Port":-1}}])", "'Port' of instance 1 is not a port number"},
      {R"([{"Node":{},"Service":{"Port":65536}}])", "'Port' of instance 1 is not a port number"},
      {R"([{"Node":{},"Service":{"Tags":"a"}}])", "'Tags' of instance 1 is not a list"},
      {R"([{"Node":{},"Service":{"Tags":[1]}}])", "'Tags' of instance 1 is not a list of strings"},
      {R"([{"Node":{"Address":7},"Service":{}}])", "'Address' of instance 1 is not a string"},
      {R"([{"Node":{},"Service":{"Meta":{"a":1}}}])",
       "'Meta' of instance 1 is not a map of strings"},
      {R"([{"Node":{},"Service":{},"Checks":[{"Status":1}]}])",
       "'Status' of instance 1 is not a string"},
      {std::string(100'000, '['), "it is not complete JSON"},
      {"[\"\xff\"]", "it is not complete JSON"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.body.substr(0, 60));
    const auto found = find_in(one.body);
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::discovery);
    const std::string start =
        "Consul at consul.example.com:8500 did not answer as Consul does: " + one.cause +
        "; check that `url` is a Consul agent";
    CHECK(found.error().text.substr(0, start.size()) == start);
    CHECK(found.error().text.size() < 500);
    CHECK(found.error().text.find('\n') == std::string::npos);
  }
}

TEST_CASE("nulls where Consul has nothing to say are no errors") {
  const auto found = find_in(
      R"([{"Node":{"Node":"n1","Address":"10.0.0.1","Meta":null},)"
      R"("Service":{"ID":"w","Address":null,"Port":80,"Tags":null,"Meta":null},"Checks":null}])");
  REQUIRE(found);
  CHECK(names(*found) == Texts{"10.0.0.1:80"});
}

TEST_CASE("maintenance mode takes an instance out") {
  const auto found = find_in(
      R"([{"Node":{"Node":"n1","Address":"10.0.0.1"},"Service":{"ID":"w","Port":80},)"
      R"("Checks":[{"CheckID":"_node_maintenance","Status":"critical"},{"Status":"passing"}]}])");
  REQUIRE(found);
  CHECK(found->hosts.empty());
}

TEST_CASE("a Consul that ignores `partition` is found out, for it lists everybody") {
  const std::string everybody = "[" + instance("10.0.0.1", "", 80) + "]";
  FakeWorld world;
  world.http.expect("GET", kWeb + "?partition=billing", 200, everybody);
  const auto found = find(world, web_with("partition", std::string("billing")));
  REQUIRE_FALSE(found);
  CHECK(found.error().text ==
        "Consul at consul.example.com:8500 listed instances outside of partition 'billing': this "
        "server does not know partitions; remove `partition`");
  world.http.expect("GET", kWeb + "?partition=default", 200, everybody);
  CHECK(find(world, web_with("partition", std::string("default"))));
}

TEST_CASE("an answer of a Consul server without a leader is marked as perhaps out of date") {
  FakeWorld world;
  world.http.expect("GET", kWeb + "?stale=1", 200, "[" + instance("10.0.0.1", "", 80) + "]",
                    {{"x-consul-knownleader", "false"}});
  const auto found = find(world, web_with("stale", true));
  REQUIRE(found);
  CHECK(found->warnings == Texts{"Consul at consul.example.com:8500 answered without a cluster "
                                 "leader (`stale`): its list may be out of date"});
}

TEST_CASE("control characters of a reply never reach a message") {
  const auto found =
      find_in(R"([{"Node":{"Node":"n1","Address":""},"Service":{"ID":"\u001b[31mred"}}])");
  REQUIRE(found);
  CHECK(found->warnings == Texts{"left out 1 instance without an address: \\x1B[31mred"});
}
