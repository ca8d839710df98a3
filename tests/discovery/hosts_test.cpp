#include <doctest/doctest.h>

#include "checks/discovery/source.h"
#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

Result<Found> find(const Config& selection) {
  FakeWorld world;
  auto source = find_source_type("hosts")->make(Config{}, world.ports);
  return (*source)->find(selection, Duration(0));
}

Config listed(const std::vector<std::string>& names) {
  Config selection;
  selection.set("names", names);
  return selection;
}

}  // namespace

TEST_CASE("listed hosts are called as they are written, or without their ports") {
  Config selection = listed({"web-1:9100", "[::1]:80"});
  CHECK(find(selection)->hosts[0].name == "web-1:9100");
  selection.set("as", std::string("address"));
  CHECK(find(selection)->hosts[0].name == "web-1");
  CHECK(find(selection)->hosts[1].name == "::1");
}

TEST_CASE("a list of hosts knows nobody else, and says so when asked for the rest") {
  const auto rest = find(Config{});
  REQUIRE(rest);
  CHECK(rest->hosts.empty());
  CHECK(rest->why_nobody == "a list of `hosts` knows no others for `rest`; list the baseline too");
  CHECK(find(listed({}))->why_nobody == "the list of `hosts` is empty; name at least one");
}

TEST_CASE("an empty name in a list of hosts is refused") {
  const auto found = find(listed({"web-1", ""}));
  REQUIRE_FALSE(found);
  CHECK(found.error().text == "`hosts` holds an empty name; remove it");
}
