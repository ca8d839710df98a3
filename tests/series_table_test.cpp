#include "checks/series_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace canarygate;

namespace {

using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

const double kNone = std::numeric_limits<double>::quiet_NaN();

Series series(const std::string& host, std::vector<double> values, TextMap labels = {}) {
  return {host, std::move(labels), std::move(values)};
}

judge::Table table_of(Texts hosts, std::int64_t columns) {
  judge::Table table;
  table.values.assign(hosts.size() * static_cast<std::size_t>(columns), kNone);
  table.hosts = std::move(hosts);
  table.columns = columns;
  return table;
}

/// NaN as -1, so that rows compare.
std::vector<double> row(const judge::Table& table, std::size_t host) {
  std::vector<double> values(table.row(host), table.row(host) + table.columns);
  for (double& v : values) v = std::isnan(v) ? -1 : v;
  return values;
}

}  // namespace

TEST_CASE("a reply's host is found exactly, else without ports where only one can be meant") {
  struct Case {
    const char* what;
    Texts hosts;
    Texts spellings;
    TextMap expected;
  };
  const std::vector<Case> cases = {
      {"exact", {"web-1:80"}, {"web-1:80"}, {{"web-1:80", "web-1:80"}}},
      {"other port", {"web-1:80"}, {"web-1:9100"}, {{"web-1:9100", "web-1:80"}}},
      {"reply has no port", {"web-1:80"}, {"web-1"}, {{"web-1", "web-1:80"}}},
      {"host has no port", {"web-1"}, {"web-1:80"}, {{"web-1:80", "web-1"}}},
      {"two spellings of one host", {"web-1"}, {"web-1:80", "web-1:81"}, {}},
      {"exact beats the other spelling",
       {"web-1:80"},
       {"web-1:80", "web-1:81"},
       {{"web-1:80", "web-1:80"}}},
      {"two hosts of one name", {"web-1:80", "web-1:81"}, {"web-1:9100"}, {}},
      {"two hosts of one name, exactly",
       {"web-1:80", "web-1:81"},
       {"web-1:80", "web-1:81"},
       {{"web-1:80", "web-1:80"}, {"web-1:81", "web-1:81"}}},
      {"no guess by elimination",
       {"web-1:80", "web-1:81"},
       {"web-1:80", "web-1:9100"},
       {{"web-1:80", "web-1:80"}}},
      {"IPv6", {"::1"}, {"[::1]:9100"}, {{"[::1]:9100", "::1"}}},
      {"IPv6 both ways",
       {"[2001:db8::1]:80"},
       {"2001:db8::1"},
       {{"2001:db8::1", "[2001:db8::1]:80"}}},
      {"IPv6 is not cut at its last group", {"2001:db8::"}, {"2001:db8::80"}, {}},
      {"case and domain are not guessed", {"web-1"}, {"WEB-1", "web-1.example.com"}, {}},
      {"a node of a Graphite path",
       {"web-1.example.com:80", "10.0.0.1"},
       {"web-1_example_com", "10_0_0_1"},
       {{"web-1_example_com", "web-1.example.com:80"}, {"10_0_0_1", "10.0.0.1"}}},
      {"one node of two hosts",
       {"web.1", "web_1:80"},
       {"web_1:9100"},
       {{"web_1:9100", "web_1:80"}}},
      {"one node of two hosts with dots", {"web.1", "web.1:80"}, {"web_1"}, {}},
      {"a dot is not guessed for an underscore", {"web_1"}, {"web.1"}, {}},
      {"the same spelling twice is one", {"a"}, {"a:1", "a:1"}, {{"a:1", "a"}}},
      {"nobody", {}, {"a"}, {}},
      {"an empty spelling", {"a"}, {""}, {}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    CHECK(HostMatcher(one.hosts).match(one.spellings) == one.expected);
    Texts hosts = one.hosts;
    Texts spellings = one.spellings;
    std::ranges::reverse(hosts);
    std::ranges::reverse(spellings);
    CHECK(HostMatcher(hosts).match(spellings) == one.expected);
  }
}

TEST_CASE("hosts are explained with their series, or with what they may have been meant by") {
  Texts unmatched;
  const Texts canary = {"web-1:80"};
  const Texts baseline = {"db-7", "web-2"};
  const Texts spellings = {"web-1:9100", "web-2.example.com:9100", "db-8", "zzzzzzzzz", "db-8"};
  const auto mapping = explain_matches(canary, baseline, spellings, unmatched);
  REQUIRE(mapping.size() == 3);
  CHECK(mapping[0].host == "web-1:80");
  CHECK(mapping[0].canary);
  CHECK(mapping[0].series == "web-1:9100");
  CHECK(mapping[0].nearest.empty());
  CHECK(mapping[1].host == "db-7");
  CHECK_FALSE(mapping[1].canary);
  CHECK(mapping[1].series.empty());
  CHECK(mapping[1].nearest == Texts{"db-8"});
  CHECK(mapping[2].nearest == Texts{"web-2.example.com:9100"});
  CHECK(unmatched == Texts{"db-8", "web-2.example.com:9100", "zzzzzzzzz"});
}

TEST_CASE("at most three spellings are offered, and the ambiguous ones are among them") {
  Texts unmatched;
  const Texts hosts = {"10.0.0.1"};
  const Texts spellings = {"10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3", "10.0.0.1:4"};
  const auto mapping = explain_matches(hosts, {}, spellings, unmatched);
  CHECK(mapping[0].nearest == Texts{"10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3"});
  CHECK(unmatched.size() == 4);
}

TEST_CASE("IPv4 addresses of one network are not taken for one machine") {
  Texts unmatched;
  const Texts hosts = {"10.0.0.1"};
  const Texts spellings = {"10.99.88.77"};
  CHECK(explain_matches(hosts, {}, spellings, unmatched)[0].nearest.empty());
}

TEST_CASE("tags on the series tell canary, baseline and rest") {
  const std::vector<Series> reply = {
      series("c2", {1, 2}, {{"track", "canary"}, {"zone", "a"}}),
      series("c1", {1, 2}, {{"track", "canary"}}),
      series("s1", {1, 2}, {{"track", "stable"}}),
      series("b1", {1, 2}, {{"track", "beta"}}),
  };
  const auto named =
      hosts_by_tags(reply, {{{"track", "canary"}}, {{"track", "stable"}}, false}, 2, true);
  REQUIRE(named);
  CHECK(named->canary == Texts{"c1", "c2"});
  CHECK(named->baseline == Texts{"s1"});
  const auto rest = hosts_by_tags(reply, {{{"track", "canary"}}, {}, true}, 2, true);
  REQUIRE(rest);
  CHECK(rest->baseline == Texts{"b1", "s1"});
  const auto both_tags =
      hosts_by_tags(reply, {{{"track", "canary"}, {"zone", "a"}}, {}, false}, 2, false);
  REQUIRE(both_tags);
  CHECK(both_tags->canary == Texts{"c2"});
  CHECK(both_tags->baseline.empty());
}

TEST_CASE("only hosts with a point in the window belong to a group by tags") {
  const std::vector<Series> reply = {
      series("gone", {5, kNone, kNone}, {{"track", "canary"}}),
      series("here", {kNone, kNone, 5}, {{"track", "canary"}}),
      series("s1", {5, 5, 5}, {{"track", "stable"}}),
  };
  const TagGroups groups{{{"track", "canary"}}, {{"track", "stable"}}, false};
  CHECK(hosts_by_tags(reply, groups, 2, true)->canary == Texts{"here"});
  CHECK(hosts_by_tags(reply, groups, 3, true)->canary == Texts{"gone", "here"});
  CHECK(hosts_by_tags(reply, groups, 99, true)->canary == Texts{"gone", "here"});
}

TEST_CASE("a host with series on both sides is an error that names it") {
  const std::vector<Series> reply = {series("h1", {1}, {{"track", "canary"}}),
                                     series("h1", {1}, {{"track", "stable"}})};
  const auto found = hosts_by_tags(reply, {{{"track", "canary"}}, {}, true}, 1, true);
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == ErrorKind::discovery);
  CHECK(found.error().text ==
        "h1 has series of the canary and of the baseline; change the tags of `canary` and "
        "`baseline` so that every host is in one group only");
}

TEST_CASE("nobody with the tags is trouble that shows the values there are") {
  const std::vector<Series> reply = {series("s1", {1}, {{"track", "stable"}}),
                                     series("b1", {1}, {{"track", "beta"}})};
  const auto no_canary = hosts_by_tags(reply, {{{"track", "canary"}}, {}, true}, 1, true);
  REQUIRE_FALSE(no_canary);
  CHECK(no_canary.error().text ==
        "no canary host was found: no series with a value in the window carries track=canary; the "
        "values of 'track' are: beta and stable");
  const auto no_rest =
      hosts_by_tags(std::span(reply).first(1), {{{"track", "stable"}}, {}, true}, 1, true);
  REQUIRE_FALSE(no_rest);
  CHECK(no_rest.error().text ==
        "no baseline host was found: every series with a value in the window is the canary's");
  const auto empty = hosts_by_tags({}, {{{"track", "stable"}}, {}, true}, 1, true);
  REQUIRE_FALSE(empty);
  CHECK(empty.error().text == "no canary host was found: the queries gave no series at all");
}

TEST_CASE("series land in their host's row, from the first column on") {
  judge::Table table = table_of({"a", "b"}, 5);
  const std::vector<Series> reply = {series("b:9100", {1, kNone, 3}), series("other", {9, 9, 9})};
  REQUIRE(fill_table(table, reply, {{"b:9100", "b"}}, 2, "instance"));
  CHECK(row(table, 0) == std::vector<double>{-1, -1, -1, -1, -1});
  CHECK(row(table, 1) == std::vector<double>{-1, -1, 1, -1, 3});
}

TEST_CASE("series of one host are merged where no point is in two of them") {
  judge::Table table = table_of({"a"}, 3);
  const std::vector<Series> reply = {series("a", {1, kNone, kNone}, {{"pod", "x"}}),
                                     series("a", {kNone, kNone, 3}, {{"pod", "y"}})};
  REQUIRE(fill_table(table, reply, {{"a", "a"}}, 0, "instance"));
  CHECK(row(table, 0) == std::vector<double>{1, -1, 3});
}

TEST_CASE("two values for one host and moment are an error, even when they are equal") {
  judge::Table table = table_of({"a"}, 2);
  const std::vector<Series> reply = {series("a", {1, kNone}, {{"code", "200"}, {"job", "web"}}),
                                     series("a", {1, 2}, {{"code", "500"}, {"job", "web"}})};
  const auto filled = fill_table(table, reply, {{"a", "a"}}, 0, "instance");
  REQUIRE_FALSE(filled);
  CHECK(filled.error().kind == ErrorKind::backend);
  CHECK(filled.error().text ==
        "the query gives host a more than one series with values at the same time; they differ in "
        "code ('200' and '500'). Aggregate by host, for instance sum by (instance) (…)");
}

TEST_CASE("filling again writes over what an earlier reply left") {
  judge::Table table = table_of({"a"}, 2);
  const std::vector<Series> before = {series("a", {1, kNone})};
  const std::vector<Series> after = {series("a", {2, 3})};
  REQUIRE(fill_table(table, before, {{"a", "a"}}, 0, "instance"));
  REQUIRE(fill_table(table, after, {{"a", "a"}}, 0, "instance"));
  CHECK(row(table, 0) == std::vector<double>{2, 3});
}

TEST_CASE("infinities are missing, and what is outside of the table is left out") {
  judge::Table table = table_of({"a"}, 2);
  const std::vector<Series> reply = {
      series("a", {7, std::numeric_limits<double>::infinity(), 2, 9})};
  REQUIRE(fill_table(table, reply, {{"a", "a"}}, -1, "instance"));
  CHECK(row(table, 0) == std::vector<double>{-1, 2});
}
