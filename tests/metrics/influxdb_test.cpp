// Replies in tests/data/fixtures/influxdb-1.6 were recorded from InfluxDB 1.6.7; those written out
// here have the shapes of its documentation.
#include "checks/metrics/influxdb.h"

#include <fmt/format.h>

#include <cmath>

#include "checks/http/url.h"
#include "tests/metrics/answered.h"
#include "tests/support/fakes.h"
#include "tests/support/fixture.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{1'795'212'000s};
const std::string kQuery =
    "SELECT sum(v) FROM m WHERE $timeFilter GROUP BY time($__interval), host";
const std::string kSent =
    "SELECT sum(v) FROM m WHERE time > 1795212000000ms AND time <= 1795212045000ms "
    "GROUP BY time(15000ms, 1ns), host";

Config usual() {
  Config config;
  config.set("urls", std::vector<std::string>{"http://influx:8086"});
  config.set("database", std::string("telegraf"));
  return config;
}

std::unique_ptr<MetricsBackend> backend(const Ports& ports, const Config& config = usual()) {
  auto made = influxdb_backend().make(config, ports);
  REQUIRE(made.has_value());
  return std::move(*made);
}

std::string url_of(const std::string& query, const std::string& parameters = "") {
  return "http://influx:8086/query?db=telegraf&epoch=ms" + parameters +
         "&q=" + percent_encode(query);
}

/// One query with the usual grid, answered with `body`.
struct Asked : Answered {
  explicit Asked(const std::string& body) : Asked(200, body) {}
  Asked(int status, const std::string& body, std::map<std::string, std::string> headers = {}) {
    const RangeQuery asked{kQuery, {kStart, 15s, 3}, ""};
    world.http.expect("GET", url_of(kSent), status, body, std::move(headers));
    answer = backend(world.ports)->fetch({&asked, 1}, 60s).front();
  }
  explicit Asked(const HttpResponse& response)
      : Asked(response.status, response.body, response.headers) {}
};

/// `rows`: of `values`, as they come.
std::string reply(const std::string& values, const std::string& tags = R"({"host":"web-1"})",
                  const std::string& columns = R"(["time","sum"])", const std::string& rest = "") {
  return fmt::format(
      R"({{"results":[{{"statement_id":0,"series":[{{"name":"m","tags":{},"columns":{},"values":[{}]}}]{}}}]}})",
      tags, columns, values, rest);
}

const std::string kNonsense = "influx:8086 did not answer as InfluxDB does: ";
const std::string kLook = ". Check `urls` and what stands in front of the server";

}  // namespace

TEST_CASE("the whole request: database, policy, milliseconds, the query, the credentials") {
  FakeWorld world;
  world.variables.values = {{"INFLUX_PASSWORD", "pw"}};
  Config config = usual();
  config.set("retention_policy", std::string("a week"));
  config.set("auth", Auth{Auth::Kind::basic, "gate", {SecretRef::From::env, "INFLUX_PASSWORD"}});
  config.set("request_timeout", Duration(7s));
  config.set("ca", std::string("/etc/ca.pem"));
  world.http.expect("GET", url_of(kSent, "&rp=a%20week"), 200,
                    R"({"results":[{"statement_id":0}]})");
  const RangeQuery asked{kQuery, {kStart, 15s, 3}, ""};
  const auto answers = backend(world.ports, config)->fetch({&asked, 1}, 60s);
  REQUIRE(answers.at(0).has_value());
  CHECK(answers[0]->series.empty());
  const HttpRequest& sent = world.http.sent.at(0);
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Accept", "application/json"},
                                                         {"Authorization", "Basic Z2F0ZTpwdw=="}});
  CHECK(sent.timeout == 7s);
  CHECK(sent.ca_file == "/etc/ca.pem");
}

TEST_CASE("a query too long for a URL is posted as a form") {
  FakeWorld world;
  const std::string hosts(1900, 'h');
  const RangeQuery asked{"SELECT sum(v) FROM m WHERE host =~ /^(" + hosts +
                             ")$/ AND $timeFilter GROUP BY time($__interval), host",
                         {kStart, 15s, 3},
                         ""};
  auto& expected = world.http.expect("POST", "http://influx:8086/query", 200,
                                     R"({"results":[{"statement_id":0}]})");
  expected.body = "db=telegraf&epoch=ms&q=" +
                  percent_encode("SELECT sum(v) FROM m WHERE host =~ /^(" + hosts +
                                 ")$/ AND time > 1795212000000ms AND time <= 1795212045000ms GROUP "
                                 "BY time(15000ms, 1ns), host");
  expected.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  CHECK(backend(world.ports)->fetch({&asked, 1}, 60s)[0].has_value());
}

TEST_CASE("the bucket that begins at the window's start is the first point, null is missing") {
  const Asked asked(reply("[1795212000000,0],[1795212015000,null],[1795212030000,1.5]"));
  REQUIRE(asked.answer.has_value());
  REQUIRE(asked.answer->series.size() == 1);
  const Series& series = asked.answer->series[0];
  CHECK(series.host == "web-1");
  CHECK(series.labels == std::map<std::string, std::string>{{"host", "web-1"}});
  CHECK(series.values[0] == 0);
  CHECK(std::isnan(series.values[1]));
  CHECK(series.values[2] == 1.5);
}

TEST_CASE("a recorded answer of InfluxDB 1.6, in seconds, is refused: its times are not ours") {
  CHECK(Asked(fixture("influxdb-1.6/select_group_by_time_host_fill_null.json")).error() ==
        kNonsense + "it has times that were not asked for" + kLook);
}

TEST_CASE("nothing found is an answer, and a host of nothing but nulls has no number") {
  const Asked empty(fixture("influxdb-1.6/empty.json"));
  REQUIRE(empty.answer.has_value());
  CHECK(empty.answer->series.empty());
  const Asked nulls(reply("[1795212000000,null],[1795212015000,null],[1795212030000,null]"));
  REQUIRE(nulls.answer.has_value());
  CHECK_FALSE(has_numbers(nulls.answer->series.at(0)));
}

TEST_CASE("what a 200 hides is an error: a wrong database, a wrong policy, no time left") {
  CHECK(Asked(fixture("influxdb-1.6/error_database_not_found.json")).error() ==
        "influx:8086 cannot answer: database not found: nope. Check `database`");
  const auto failing = [](const std::string& text) {
    return Asked(R"({"results":[{"statement_id":0,"error":")" + text + "\"}]}").error();
  };
  CHECK(failing("retention policy not found: x") ==
        "influx:8086 cannot answer: retention policy not found: x. Check `retention_policy`");
  CHECK(failing("query-timeout limit exceeded") ==
        "influx:8086 ran out of time: query-timeout limit exceeded. Make the query cheaper: " +
            kSent);
  CHECK(failing("GROUP BY requires at least one aggregate function") ==
        "influx:8086 cannot answer: GROUP BY requires at least one aggregate function. Correct the "
        "query: " +
            kSent);
  CHECK(failing("") ==
        "influx:8086 cannot answer: an error without a text. Correct the query: " + kSent);
  CHECK(Asked(R"({"error":"too late"})").error() ==
        "influx:8086 cannot answer: too late. Correct the query: " + kSent);
}

TEST_CASE("a part of the data is not judged") {
  const std::string text =
      "influx:8086 sent only a part of the data (`partial`). Raise its `max-row-limit`, or name "
      "fewer hosts; nothing is judged on a part";
  CHECK(Asked(reply("[1795212000000,1]", R"({"host":"a"})", R"(["time","sum"])",
                    R"(,"partial":true)"))
            .error() == text);
  CHECK(Asked(R"({"results":[{"series":[{"name":"m","tags":{"host":"a"},"columns":["time","sum"],)"
              R"("values":[[1795212000000,1]],"partial":true}]}]})")
            .error() == text);
}

TEST_CASE("401 says whose credentials, 403 too; the server's words stay") {
  CHECK(Asked(fixture("influxdb-1.6/auth_none.json")).error() ==
        "influx:8086 does not know who asks (401: unable to parse authentication credentials). "
        "Give the backend an `auth` (basic)");
  CHECK(Asked(fixture("influxdb-1.6/auth_bad.json")).error() ==
        "influx:8086 does not know who asks (401: authorization failed). Give the backend an "
        "`auth` (basic)");
  CHECK(Asked(403, R"({"error":"user not authorized"})").error() ==
        "influx:8086 does not allow this query (403: user not authorized). Give the backend an "
        "`auth` (basic)");
}

TEST_CASE("refusals by status: syntax, path, rate, failure, a login page") {
  CHECK(Asked(fixture("influxdb-1.6/error_parse.json"))
            .error()
            .starts_with("influx:8086 refuses the query: error parsing query: found SELEC, "));
  CHECK(Asked(fixture("influxdb-1.6/error_parse.json"))
            .error()
            .ends_with(" (400). Correct the query: " + kSent));
  CHECK(Asked(404, "404 page not found\n").error() ==
        "influx:8086 has no InfluxDB API at its `urls` (404: 404 page not found). Check the path "
        "there");
  CHECK(Asked(429, "slow down", {{"retry-after", "30"}}).error() ==
        "influx:8086 takes no more requests for now (429, and asks to wait 30 s: slow down). Run "
        "fewer checks at a time, or have its limit raised");
  CHECK(Asked(500, R"({"error":"engine is closed"})").error() ==
        "influx:8086 failed (500: engine is closed). Look at the server's log");
  CHECK(Asked(502, "<html>Bad Gateway</html>").error() ==
        "influx:8086 answered 502 with a web page. Look at the server, and at the proxy in front "
        "of it");
  CHECK(Asked(400, "what?").error() ==
        "influx:8086 answered 400: what?. Check `urls` and what stands in front of the server");
  const std::string page =
      "influx:8086 answered with a web page instead of JSON (200): a login page or a proxy "
      "answered. Check `urls` and `auth`";
  CHECK(Asked("<html>Log in</html>").error() == page);
  CHECK(Asked(200, "{}", {{"content-type", "text/html"}}).error() == page);
}

TEST_CASE("what is no answer of an InfluxDB is said to be none") {
  const std::string cut = reply("[1795212000000,1]");
  for (std::size_t length = 0; length < cut.size(); ++length) {
    CAPTURE(length);
    CHECK(Asked(cut.substr(0, length)).error() ==
          kNonsense + "it is not valid JSON, or was cut off" + kLook);
  }
  CHECK(Asked(fixture("influxdb-1.6/chunked_ndjson.json")).error() ==
        kNonsense + "it is not valid JSON, or was cut off" + kLook);
  for (const std::string body :
       {"[]", "{}", R"({"results":{}})", R"({"results":[[]]})", R"({"results":[{"series":1}]})",
        R"({"results":[{"error":1}]})", R"({"results":[{"series":[{}]}]})"}) {
    CAPTURE(body);
    CHECK(Asked(body).error() == kNonsense + "its JSON has another shape" + kLook);
  }
  CHECK(Asked(fixture("influxdb-1.6/two_statements.json")).error() ==
        kNonsense + "it does not hold one result" + kLook);
  CHECK(Asked(R"({"results":[]})").error() == kNonsense + "it does not hold one result" + kLook);
}

TEST_CASE("points that cannot be ours are refused") {
  CHECK(Asked(fixture("influxdb-1.6/select_rows_rfc3339.json")).error() ==
        kNonsense + "it has 2 numbers a point; select one, each is a metric of its own" + kLook);
  CHECK(Asked(reply("[0,1]")).error() ==
        kNonsense + "it has times that were not asked for" + kLook);
  for (const char* time : {"1795211985000", "1795212001000", "1795212045000"}) {
    CHECK(Asked(reply(fmt::format("[{},1]", time))).error() ==
          kNonsense + "it has times that were not asked for" + kLook);
  }
  CHECK(Asked(reply("[1795212000000,1],[1795212000000,2]")).error() ==
        kNonsense + "it has a time of a series twice" + kLook);
  CHECK(Asked(reply(R"([1795212000000,"ok"])")).error() ==
        kNonsense + "'\"ok\"' is not a number; select a number, not a text or a boolean" + kLook);
  CHECK(Asked(reply(R"(["2026-11-20T22:00:00Z",1])")).error() ==
        kNonsense + "its JSON has another shape" + kLook);
  CHECK(Asked(reply("[1]", "{}", R"(["mean"])")).error() ==
        kNonsense + "its first column is not the time" + kLook);
}

TEST_CASE("series without the host's tag are no host's") {
  CHECK(Asked(reply("[1795212000000,1]", R"({"host":""})")).error() ==
        "the only series from influx:8086 has no label 'host', which should name the host, nor any "
        "other. Aggregate `by (host)`, or set `host_label` to the label that does");
}

TEST_CASE("what the server remarks on the query is passed on") {
  const Asked asked(reply("[1795212000000,1]", R"({"host":"a"})", R"(["time","sum"])",
                          R"(,"messages":[{"level":"warning","text":"deprecated"}])"));
  REQUIRE(asked.answer.has_value());
  CHECK(asked.answer->warnings == std::vector<std::string>{"deprecated"});
}

TEST_CASE("more than 10,000 points are asked for in pieces, offset from the same window") {
  FakeWorld world;
  const RangeQuery asked{kQuery, {kStart + 1s, 15s, 10'001}, ""};
  const auto part = [](std::int64_t from, std::int64_t to) {
    return url_of(
        fmt::format("SELECT sum(v) FROM m WHERE time > {}ms AND time <= {}ms GROUP BY "
                    "time(15000ms, 1000000001ns), host",
                    from, to));
  };
  const std::int64_t edge = 1'795'212'001'000 + 10'000 * 15'000;
  world.http.expect("GET", part(1'795'212'001'000, edge), 200, reply("[1795212001000,1]"));
  world.http.expect("GET", part(edge, edge + 15'000), 200, reply(fmt::format("[{},2]", edge)));
  const auto answer = backend(world.ports)->fetch({&asked, 1}, 60s).front();
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 1);
  const std::vector<double>& values = answer->series[0].values;
  REQUIRE(values.size() == 10'001);
  CHECK(values.front() == 1);
  CHECK(std::isnan(values[9'999]));
  CHECK(values.back() == 2);
}

TEST_CASE("a query that cannot be asked sends nothing, and the others are answered") {
  FakeWorld world;
  const std::vector<RangeQuery> asked = {
      {"SELECT v", {kStart, 15s, 3}, ""},
      {kQuery, {kStart, 15s, 3}, ""},
      {"SELECT sum(v) FROM m WHERE $timeFilter GROUP BY time(1m), host", {kStart, 15s, 3}, ""}};
  world.http.expect("GET", url_of(kSent), 200, reply("[1795212000000,1]"));
  const auto answers = backend(world.ports)->fetch(asked, 60s);
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].error().kind == ErrorKind::definition);
  CHECK(answers[0].error().text ==
        "column 9 of the query: it has no time range; write `$timeFilter` into its WHERE: SELECT "
        "v");
  CHECK(answers[1].has_value());
  CHECK(answers[2].error().text ==
        "`GROUP BY time(1m)` is not the check's step, 15s; write `time($__interval)`: SELECT "
        "sum(v) FROM m WHERE $timeFilter GROUP BY time(1m), host");
}

TEST_CASE("the next server is asked when one fails, not when the query is wrong") {
  FakeWorld world;
  Config config = usual();
  config.set("urls", std::vector<std::string>{"http://one:8086", "http://influx:8086"});
  const RangeQuery asked{kQuery, {kStart, 15s, 3}, ""};
  const auto made = backend(world.ports, config);
  const std::string path = url_of(kSent).substr(std::string("http://influx:8086").size());
  world.http.expect("GET", "http://one:8086" + path, 503, "");
  world.http.expect("GET", "http://influx:8086" + path, 200, reply("[1795212000000,1]"));
  CHECK(made->fetch({&asked, 1}, 60s).front().has_value());
  world.http.expect("GET", "http://influx:8086" + path, 400, R"({"error":"no"})");
  CHECK(made->fetch({&asked, 1}, 60s).front().error().text ==
        "influx:8086 refuses the query: no (400). Correct the query: " + kSent);
}

TEST_CASE("settle is two intervals of the agents, ten seconds each where nothing is said") {
  const FakeWorld world;
  CHECK(backend(world.ports)->settle() == 20s);
  Config config = usual();
  config.set("scrape_interval", Duration(30s));
  CHECK(backend(world.ports, config)->settle() == 60s);
  CHECK(backend(world.ports, config)->scrape_interval() == 30s);
  CHECK(backend(world.ports)->default_host_label() == "host");
  config.set("scrape_interval", Duration(0));
  CHECK(influxdb_backend().make(config, world.ports).error().text ==
        "`scrape_interval` must be longer than 0s");
}
