#include "checks/roster.h"

#include <doctest/doctest.h>

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

const std::string kWeb = "http://127.0.0.1:8500/v1/health/service/web";

struct Instance {
  std::string address;
  Texts tags;
  std::string version = "1.0";
  std::string status = "passing";
};

std::string consul_reply(const std::vector<Instance>& instances) {
  std::string reply;
  for (const Instance& one : instances) {
    std::string tags;
    for (const std::string& tag : one.tags) tags += (tags.empty() ? "\"" : ",\"") + tag + "\"";
    reply += (reply.empty() ? "" : ",") + std::string(R"({"Node":{"Node":"n-)") + one.address +
             R"(","Address":"x"},"Service":{"ID":"id","Address":")" + one.address +
             R"(","Port":80,"Tags":[)" + tags + R"(],"Meta":{"version":")" + one.version +
             R"("}},"Checks":[{"Status":")" + one.status + R"("}]})";
  }
  return "[" + reply + "]";
}

const std::vector<Instance> kFleet = {
    {"b", {"canary"}, "2.0"}, {"d", {}}, {"a", {}}, {"c", {"canary"}, "2.0"}};

GroupSpec consul(const std::string& key = "", const Texts& tags = {}) {
  GroupSpec group;
  group.kind = GroupSpec::Kind::source;
  group.source = "consul";
  group.selection.set("service", std::string("web"));
  if (!key.empty()) group.selection.set(key, tags);
  return group;
}

GroupSpec listed(const Texts& names) {
  GroupSpec group;
  group.kind = GroupSpec::Kind::source;
  group.source = "hosts";
  group.selection.set("names", names);
  return group;
}

GroupSpec group_of(GroupSpec::Kind kind) {
  GroupSpec group;
  group.kind = kind;
  return group;
}

/// A check and all that it is asked with; `find` answers Consul's one question with `fleet`.
struct Scene {
  CheckDefinition check;
  EnvironmentDefinition environment;
  Texts canary_hosts;
  Texts baseline_hosts;
  VariableValues variables;

  Scene(GroupSpec canary, GroupSpec baseline) {
    check.canary = std::move(canary);
    check.baseline = std::move(baseline);
  }

  [[nodiscard]] Result<Roster> find(FakeWorld& world) const {
    return find_hosts({check, environment, canary_hosts, baseline_hosts, variables}, world.ports,
                      std::chrono::seconds(30));
  }
  [[nodiscard]] Result<Roster> find(const std::vector<Instance>& fleet = kFleet) const {
    FakeWorld world;  // strict: Consul is asked exactly once
    world.http.expect("GET", kWeb, 200, consul_reply(fleet));
    return find(world);
  }
  [[nodiscard]] Result<Roster> find_offline() const {
    FakeWorld world;  // strict: nobody is asked
    return find(world);
  }
};

Texts names(const std::vector<Host>& hosts) {
  Texts names;
  for (const Host& host : hosts) names.push_back(host.name);
  return names;
}

}  // namespace

TEST_CASE("canary and baseline come sorted, from one question where they share it") {
  const auto roster = Scene(consul("tags", {"canary"}), consul("not_tags", {"canary"})).find();
  REQUIRE(roster);
  CHECK(names(roster->hosts.canary) == Texts{"b:80", "c:80"});
  CHECK(names(roster->hosts.baseline) == Texts{"a:80", "d:80"});
  CHECK(roster->unmet.empty());
  CHECK(roster->hosts.warnings.empty());
}

TEST_CASE("the order of a reply changes nothing") {
  std::vector<Instance> fleet = kFleet;
  fleet.push_back({"b", {"canary"}, "1.9"});
  const Scene scene(consul("tags", {"canary"}), consul("not_tags", {"canary"}));
  const auto one = scene.find(fleet);
  std::ranges::reverse(fleet);
  const auto other = scene.find(fleet);
  REQUIRE(one);
  REQUIRE(other);
  CHECK(names(one->hosts.canary) == names(other->hosts.canary));
  CHECK(names(one->hosts.baseline) == names(other->hosts.baseline));
  CHECK(one->hosts.canary[0].labels == other->hosts.canary[0].labels);
}

TEST_CASE("one host found twice is one host, and a warning said twice is said once") {
  const auto roster = Scene(consul("tags", {"canary"}), group_of(GroupSpec::Kind::rest))
                          .find({{"b", {"canary"}},
                                 {"b", {"canary"}},
                                 {"a", {}},
                                 {"z", {"canary"}, "1", "critical"}});
  REQUIRE(roster);
  CHECK(names(roster->hosts.canary) == Texts{"b:80"});
  CHECK(names(roster->hosts.baseline) == Texts{"a:80"});
  CHECK(roster->hosts.warnings ==
        Texts{"left out 1 instance that Consul does not call passing: z:80 (critical)"});
}

TEST_CASE("rest is everyone of the canary's source without its tag conditions, less the canary") {
  const auto roster =
      Scene(consul("tags", {"canary"}), group_of(GroupSpec::Kind::rest)).find(kFleet);
  REQUIRE(roster);
  CHECK(names(roster->hosts.baseline) == Texts{"a:80", "d:80"});
}

TEST_CASE("rest leaves out a canary that was named by hand, with its port or without") {
  for (const Texts& by_hand : {Texts{"a", "b:80"}, Texts{"b", "a:80"}}) {
    Scene scene(consul("tags", {"canary"}), group_of(GroupSpec::Kind::rest));
    scene.canary_hosts = by_hand;
    const auto roster = scene.find();
    REQUIRE(roster);
    CHECK(names(roster->hosts.baseline) == Texts{"c:80", "d:80"});
  }
}

TEST_CASE("rest of a source where all is canary is nobody, and says why") {
  const auto roster =
      Scene(consul("tags", {"canary"}), group_of(GroupSpec::Kind::rest)).find({{"a", {"canary"}}});
  REQUIRE_FALSE(roster);
  CHECK(roster.error().kind == ErrorKind::no_hosts);
  CHECK(roster.error().text ==
        "no baseline host was found: `rest` is every host of the canary's source consul without "
        "tags, any_tags and not_tags, less the canary, and all that it lists is the canary");
  const auto list = Scene(listed({"a"}), group_of(GroupSpec::Kind::rest)).find_offline();
  REQUIRE_FALSE(list);
  CHECK(list.error().text ==
        "no baseline host was found: a list of `hosts` knows no others for `rest`; list the "
        "baseline too");
}

TEST_CASE("groups without hosts ask nobody: tags, and no baseline") {
  GroupSpec tags = group_of(GroupSpec::Kind::tags);
  tags.tags = {{"track", "canary"}};
  const auto by_tags = Scene(tags, group_of(GroupSpec::Kind::rest)).find_offline();
  REQUIRE(by_tags);
  CHECK(by_tags->hosts.canary.empty());
  CHECK(by_tags->hosts.baseline.empty());
  const auto alone = Scene(listed({"a"}), group_of(GroupSpec::Kind::none)).find_offline();
  REQUIRE(alone);
  CHECK(names(alone->hosts.canary) == Texts{"a"});
  CHECK(alone->hosts.baseline.empty());
}

TEST_CASE("hosts named by hand are taken instead of asking") {
  Scene scene(consul("tags", {"canary"}), consul("not_tags", {"canary"}));
  scene.canary_hosts = {"web-2", "web-1", "web-2"};
  scene.baseline_hosts = {"web-3"};
  const auto roster = scene.find_offline();
  REQUIRE(roster);
  CHECK(names(roster->hosts.canary) == Texts{"web-1", "web-2"});
  CHECK(names(roster->hosts.baseline) == Texts{"web-3"});
}

TEST_CASE("a host in both groups is an error that names it") {
  const auto one = Scene(listed({"web-1", "web-2"}), listed({"web-3", "web-1:80"})).find_offline();
  REQUIRE_FALSE(one);
  CHECK(one.error().kind == ErrorKind::discovery);
  CHECK(one.error().text ==
        "web-1 is both canary and baseline; change the conditions of `canary` and `baseline` so "
        "that every host is in one group only");
  const auto two = Scene(consul(), consul("tags", {"canary"})).find();
  REQUIRE_FALSE(two);
  CHECK(two.error().text ==
        "b:80 and c:80 are both canary and baseline; change the conditions of `canary` and "
        "`baseline` so that every host is in one group only");
}

TEST_CASE("no canary, or no baseline where one is wanted, is trouble that says why") {
  const auto nobody = Scene(consul("tags", {"canary"}), consul()).find(std::vector<Instance>{});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().kind == ErrorKind::no_hosts);
  CHECK(nobody.error().text ==
        "no canary host was found: Consul at 127.0.0.1:8500 lists no instance of service 'web'. "
        "Either the service is misspelt, or it may not be read without a token (none is "
        "configured): Consul answers both with an empty list");
  const auto no_baseline =
      Scene(consul("tags", {"canary"}), consul("tags", {"stable"})).find(kFleet);
  REQUIRE_FALSE(no_baseline);
  CHECK(no_baseline.error().text ==
        "no baseline host was found: Consul at 127.0.0.1:8500 lists 4 instances of service 'web', "
        "but none that is passing and has tag 'stable'; the tags there are: canary");
}

TEST_CASE("a source that failed says for which group, and keeps its kind") {
  FakeWorld world;
  world.http.expect_error("GET", kWeb, ErrorKind::timeout, "consul took too long");
  const auto roster = Scene(consul(), listed({"a"})).find(world);
  REQUIRE_FALSE(roster);
  CHECK(roster.error().kind == ErrorKind::timeout);
  CHECK(roster.error().text == "cannot find the canary hosts: consul took too long");
}

TEST_CASE("fewer canaries than expected are unmet, more are not") {
  Scene scene(consul("tags", {"canary"}), consul("not_tags", {"canary"}));
  scene.check.expect.hosts = 3;
  CHECK(scene.find()->unmet == Texts{"expected 3 canary hosts, found 2: b:80 and c:80"});
  scene.check.expect.hosts = 2;
  CHECK(scene.find()->unmet.empty());
  scene.check.expect.hosts = 1;
  CHECK(scene.find()->unmet.empty());
}

TEST_CASE("one host counts once against the expected number") {
  Scene scene(consul("tags", {"canary"}), group_of(GroupSpec::Kind::none));
  scene.check.expect.hosts = 2;
  CHECK(scene.find({{"b", {"canary"}, "1"}, {"b", {"canary"}, "2"}})->unmet ==
        Texts{"expected 2 canary hosts, found 1: b:80"});
}

TEST_CASE("a canary of another version, or of none, is unmet; each instance of a host counts") {
  Scene scene(consul("tags", {"canary"}), group_of(GroupSpec::Kind::none));
  scene.check.expect.label = {{"version", "{{version}}"}};
  scene.variables = {{"version", std::string("2.0")}};
  CHECK(scene.find()->unmet.empty());
  CHECK(scene.find({{"b", {"canary"}, "2.0"}, {"b", {"canary"}, "2.1"}})->unmet ==
        Texts{"canary host b:80 has version '2.1', expected '2.0'"});
  scene.check.expect.label = {{"build", "7"}};
  CHECK(scene.find({{"b", {"canary"}}})->unmet ==
        Texts{"canary host b:80 has no 'build', expected '7'"});
}

TEST_CASE("an expected label cannot be looked at on hosts named by hand, which is said") {
  Scene scene(consul(), group_of(GroupSpec::Kind::none));
  scene.canary_hosts = {"web-1"};
  scene.check.expect.label = {{"version", "2.0"}};
  scene.check.expect.hosts = 2;
  const auto roster = scene.find_offline();
  REQUIRE(roster);
  CHECK(roster->unmet == Texts{"expected 2 canary hosts, found 1: web-1"});
  CHECK(roster->hosts.warnings ==
        Texts{"`expect.label` was not checked: the canary's hosts were named by hand"});
}

TEST_CASE("variables are filled in where a check says whom it wants") {
  GroupSpec canary = consul("tags", {"release-{{version}}"});
  canary.selection.set("service", std::string("{{app}}"));
  Scene scene(canary, consul("not_tags", {"release-{{version}}"}));
  scene.variables = {{"version", std::string("7")}, {"app", std::string("web")}};
  const auto roster = scene.find({{"a", {"release-6"}}, {"b", {"release-7"}}});
  REQUIRE(roster);
  CHECK(names(roster->hosts.canary) == Texts{"b:80"});
  CHECK(names(roster->hosts.baseline) == Texts{"a:80"});

  GroupSpec meta = consul();
  meta.selection.set("node_meta", TextMap{{"x", "{{nope}}"}});
  const auto unknown = Scene(meta, group_of(GroupSpec::Kind::none)).find_offline();
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == ErrorKind::definition);
}

TEST_CASE("an unknown source lists the known ones") {
  GroupSpec group = consul();
  group.source = "konsul";
  const auto roster = Scene(group, listed({"a"})).find_offline();
  REQUIRE_FALSE(roster);
  CHECK(roster.error().kind == ErrorKind::definition);
  CHECK(roster.error().text ==
        "cannot find the canary hosts: unknown discovery source 'konsul'; expected consul, "
        "datadog_tags, file_sd, hosts and prometheus_targets");
}
