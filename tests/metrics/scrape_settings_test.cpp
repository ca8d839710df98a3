#include <fmt/format.h>

#include "tests/metrics/scraped.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

std::string refusal(std::map<std::string, ConfigValue> values) {
  FakeWorld world;
  const auto made = scrape_backend().make(config_of(std::move(values)), world.ports);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().kind == ErrorKind::definition);
  return made.error().text;
}

}  // namespace

TEST_CASE("IPv6 hosts, with and without brackets, port or zone, are asked at the right place") {
  Scraped s;
  s.watch(hosts_of({"::1", "[::2]:80"}, {"fe80::1%eth0"}), {"x"});
  for (const char* address : {"[::1]:9100", "[::2]:80", "[fe80::1%25eth0]:9100"}) {
    s.world.http.expect("GET", fmt::format("http://{}/metrics", address), 200, "x 1\n");
  }
  s.tick();
  const QueryAnswer answered = s.answer("x", {kStart - 1s, 1s, 1});
  REQUIRE(answered.series.size() == 3);
  CHECK(answered.series[0].host == "::1");
  CHECK(answered.series[1].host == "[::2]:80");
  CHECK(answered.series[2].host == "fe80::1%eth0");
}

TEST_CASE("hosts that cannot be asked are refused before the first scrape") {
  FakeWorld world;
  const auto backend = scrape_backend().make(Config{}, world.ports);
  REQUIRE(backend.has_value());
  const Status no_port = (*backend)->watch(hosts_of({"web-1"}, {}), {});
  REQUIRE_FALSE(no_port.has_value());
  CHECK(no_port.error().kind == ErrorKind::definition);
  CHECK(no_port.error().text ==
        "the host web-1 names no port to scrape; set `port` in the backend, or `as: address:port` "
        "where the hosts come from");
  const Status no_host = (*backend)->watch(hosts_of({"web-1/../x:80"}, {}), {});
  REQUIRE_FALSE(no_host.has_value());
  CHECK(no_host.error().kind == ErrorKind::discovery);
  CHECK(no_host.error().text ==
        "'web-1/../x:80' is neither a host's name nor an address, so it cannot be scraped; correct "
        "the hosts, or the `as` of their source");
  const std::vector<std::string> queries = {"topk(3, x)"};
  const Status no_query = (*backend)->watch(hosts_of({"a:1"}, {}), queries);
  REQUIRE_FALSE(no_query.has_value());
  CHECK(no_query.error().kind == ErrorKind::definition);
  CHECK(no_query.error().text.starts_with("column 1: "));
  CHECK(scrape_backend().fault_in("topk(3, x)")->column == 1);
  CHECK_FALSE(scrape_backend().fault_in("rate(x[1m])").has_value());
}

TEST_CASE("settings reach the request: scheme, path, port, credentials, authority, labels") {
  FakeWorld others;
  FakeVariables variables(std::map<std::string, std::string>{{"TOKEN", "t0k"}});
  const Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  const auto made = scrape_backend().make(
      config_of({{"scheme", std::string("https")},
                 {"path", std::string("/actuator/prometheus?x=1")},
                 {"scrape_interval", Duration(5s)},
                 {"request_timeout", Duration(2s)},
                 {"auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, "TOKEN"}}},
                 {"ca", std::string("/etc/ca.pem")},
                 {"labels", std::map<std::string, std::string>{{"job", "web"}, {"no", ""}}}}),
      ports);
  REQUIRE(made.has_value());
  const std::vector<std::string> queries = {R"(x{job="web"})"};
  REQUIRE((*made)->watch(hosts_of({"a"}, {}), queries).has_value());
  const std::string url = "https://a:9100/actuator/prometheus?x=1";
  others.http.expect("GET", url, 401, "").headers = {{"Authorization", "Bearer t0k"}};
  static_cast<void>((*made)->collect(10s));
  CHECK(others.http.sent[0].timeout == 2s);
  CHECK(others.http.sent[0].ca_file == "/etc/ca.pem");

  // Rotated: asked for again once a host refused it, and not more often than each 10 s.
  variables.values["TOKEN"] = "new";
  others.clock.advance(5s);
  others.http.expect("GET", url, 401, "").headers = {{"Authorization", "Bearer t0k"}};
  static_cast<void>((*made)->collect(10s));
  others.clock.advance(5s);
  others.http.expect("GET", url, 200, "x 1\n").headers = {{"Authorization", "Bearer new"}};
  static_cast<void>((*made)->collect(10s));
  const RangeQuery asked{queries[0], {kStart + 5s, 5s, 1}, ""};
  const auto answered = (*made)->fetch({&asked, 1}, 1s).front();
  REQUIRE(answered.has_value());
  CHECK(answered->series.at(0).labels ==
        std::map<std::string, std::string>{{"__name__", "x"}, {"instance", "a"}, {"job", "web"}});
}

TEST_CASE("a secret that is missing is told by watch and by every answer") {
  Scraped s({{"auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, "TOKEN"}}}});
  const std::vector<std::string> queries = {"x"};
  const Status watched = s.backend->watch(hosts_of({"a"}, {}), queries);
  REQUIRE_FALSE(watched.has_value());
  CHECK(watched.error().kind == ErrorKind::secret);
  CHECK(s.error("x", ErrorKind::secret) == watched.error().text);
}

TEST_CASE("settings that cannot be are refused with what is possible") {
  CHECK(refusal({{"scrape_interval", Duration(49ms)}}) ==
        "`scrape_interval` must be 50ms or longer");
  CHECK(refusal({{"request_timeout", Duration(2s)}}) ==
        "`request_timeout` must be longer than 0s and no longer than `scrape_interval`, which is "
        "1s");
  CHECK(refusal({{"port", std::int64_t{0}}}) == "`port` 0 is not from 1 to 65535");
  CHECK(refusal({{"port", std::int64_t{65'536}}}) == "`port` 65536 is not from 1 to 65535");
  CHECK(refusal({{"path", std::string("metrics")}}) ==
        "`path` 'metrics' must begin with / and have no blanks");
  CHECK(refusal({{"path", std::string("/a b")}}) ==
        "`path` '/a b' must begin with / and have no blanks");
  CHECK(refusal({{"labels", std::map<std::string, std::string>{{"instance", "x"}}}}) ==
        "`labels` may not set 'instance': that is the host's name");
  CHECK(refusal({{"labels", std::map<std::string, std::string>{{"a-b", "x"}}}}) ==
        "'a-b' in `labels` can be no label's name: letters, digits and _, not a digit first, not "
        "two _ first");
}

TEST_CASE("the type of backend says that it reads the hosts, each second") {
  const BackendType type = scrape_backend();
  CHECK(type.reads_hosts);
  CHECK(type.scrape_interval == 1s);
  const Scraped s;
  CHECK(s.backend->settle() == 0s);
  CHECK(s.backend->scrape_interval() == 1s);
  CHECK(s.backend->default_host_label() == "instance");
  CHECK(s.backend->dialect() == QueryDialect::promql);
}
