// The shapes of the replies are those of the documentation of NerdGraph and of the test data that
// its vendor wrote for the official client; none was recorded from the service.
#include "checks/metrics/newrelic.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/metrics/answered.h"
#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{1'795'212'000s};
const Grid kGrid{kStart, 60s, 3};
const std::string kUrl = "https://api.newrelic.com/graphql";
const std::string kCount = "SELECT count(*) FROM Transaction";
const std::string kAverage = "SELECT average(duration) FROM Transaction";

Config usual() {
  Config config;
  config.set("account_id", std::int64_t{1234567});
  config.set("api_key", SecretRef{SecretRef::From::env, "NEW_RELIC_KEY"});
  return config;
}

std::unique_ptr<MetricsBackend> backend(FakeWorld& world, const Config& config = usual()) {
  world.variables.values["NEW_RELIC_KEY"] = "NRAK-ABCDEF";
  auto made = newrelic_backend().make(config, world.ports);
  REQUIRE(made.has_value());
  return std::move(*made);
}

std::string sent(const std::string& query, std::int64_t since, std::int64_t until) {
  return fmt::format("{} FACET host SINCE {} UNTIL {} TIMESERIES 60 seconds LIMIT MAX", query,
                     since, until);
}
const std::string kSent = sent(kCount, 1'795'212'000'000, 1'795'212'180'000);

std::string body_of(const std::string& nrql, int timeout = 15) {
  const nlohmann::ordered_json body = {
      {"query", fmt::format("query($account: Int!, $nrql: Nrql!) {{ actor {{ account(id: $account) "
                            "{{ nrql(query: $nrql, timeout: {}) {{ results otherResult metadata {{ "
                            "facets messages }} queryProgress {{ completed }} }} }} }} }}",
                            timeout)},
      {"variables", {{"account", 1234567}, {"nrql", nrql}}}};
  return body.dump();
}

/// One query with the usual grid, answered with `body`.
struct Asked : Answered {
  explicit Asked(const std::string& body, const std::string& query = kCount)
      : Asked(200, body, {}, query) {}
  Asked(int status, const std::string& body, std::map<std::string, std::string> headers = {},
        const std::string& query = kCount) {
    const RangeQuery asked{query, kGrid, ""};
    world.http.expect("POST", kUrl, status, body, std::move(headers)).body =
        body_of(sent(query, 1'795'212'000'000, 1'795'212'180'000));
    answer = backend(world)->fetch({&asked, 1}, 60s).front();
  }
};

std::string row(int index, const std::string& number, const std::string& rest = "",
                const std::string& host = R"("web-1")") {
  const int begin = 1'795'212'000 + index * 60;
  return fmt::format(R"({{"beginTimeSeconds":{},{},"endTimeSeconds":{},"facet":{},"host":{}{}}})",
                     begin, number, begin + 60, host, host, rest);
}
std::string reply(const std::string& rows, const std::string& others = "null",
                  const std::string& facets = R"("host")") {
  return fmt::format(
      R"({{"data":{{"actor":{{"account":{{"nrql":{{"metadata":{{"facets":{},"messages":[]}},)"
      R"("otherResult":{},"queryProgress":{{"completed":true}},"results":[{}]}}}}}}}}}})",
      facets, others, rows);
}
std::string failing(const std::string& type, const std::string& message) {
  return fmt::format(
      R"({{"data":null,"errors":[{{"extensions":{{"errorClass":"{}"}},"message":"{}"}}]}})", type,
      message);
}

const std::string kNonsense = "api.newrelic.com did not answer as NerdGraph does: ";
const std::string kLook = ". Check `region` or `url` and what stands in front of the server";
const std::string kKey = "`api_key` from the environment variable NEW_RELIC_KEY";

}  // namespace

TEST_CASE(
    "the whole request: key, account, the query as a variable; the region is another server") {
  for (const auto& [region, url] :
       {std::pair{"US", kUrl},
        std::pair{"EU", std::string("https://api.eu.newrelic.com/graphql")}}) {
    FakeWorld world;
    Config config = usual();
    config.set("region", std::string(region));
    config.set("request_timeout", Duration(40s));
    config.set("ca", std::string("/etc/ca.pem"));
    const std::string query = R"(SELECT count(*) FROM Transaction WHERE name = 'a"b\\c')";
    const RangeQuery asked{query, kGrid, ""};
    world.http.expect("POST", url, 200, reply("")).body =
        body_of(sent(query, 1'795'212'000'000, 1'795'212'180'000), 40);
    const auto answers = backend(world, config)->fetch({&asked, 1}, 60s);
    REQUIRE(answers.at(0).has_value());
    CHECK(answers[0]->series.empty());
    const HttpRequest& request = world.http.sent.at(0);
    CHECK(request.headers ==
          std::vector<std::pair<std::string, std::string>>{{"Accept", "application/json"},
                                                           {"Content-Type", "application/json"},
                                                           {"API-Key", "NRAK-ABCDEF"}});
    CHECK(request.timeout == 40s);
    CHECK(request.ca_file == "/etc/ca.pem");
  }
}

TEST_CASE("url stands for a region, with or without the API's path") {
  for (const char* url : {"http://stub:8080", "http://stub:8080/graphql"}) {
    FakeWorld world;
    Config config = usual();
    config.set("url", std::string(url));
    const RangeQuery asked{kCount, kGrid, ""};
    world.http.expect("POST", "http://stub:8080/graphql", 200, reply("")).body = body_of(kSent);
    CHECK(backend(world, config)->fetch({&asked, 1}, 60s).front().has_value());
  }
}

TEST_CASE("rows become series by facet, in any order; null is missing") {
  const Asked asked(reply(row(2, R"("count":5)") + "," + row(0, R"("count":0)") + "," +
                          row(1, R"("count":null)")));
  CHECK(asked.series().host == "web-1");
  CHECK(asked.series().labels == std::map<std::string, std::string>{{"host", "web-1"}});
  CHECK(asked.series().values[0] == 0);
  CHECK(std::isnan(asked.series().values[1]));
  CHECK(asked.series().values[2] == 5);
  const Asked nulls(reply(row(0, R"("count":null)") + "," + row(1, R"("count":null)")));
  CHECK_FALSE(has_numbers(nulls.series()));
}

TEST_CASE(
    "an average of nothing, which comes as 0, is missing; a count of nothing is 0 between events") {
  const auto rows = [](const std::string& name) {
    return reply(row(0, name + ":3", R"(,"inspectedCount":2)") + "," +
                 row(1, name + ":0", R"(,"inspectedCount":0)") + "," +
                 row(2, name + ":4", R"(,"inspectedCount":1)"));
  };
  const Asked average(rows(R"("average.duration")"), kAverage);
  CHECK(average.series().values[0] == 3);
  CHECK(std::isnan(average.series().values[1]));
  CHECK(average.series().values[2] == 4);
  CHECK(Asked(rows(R"("count")")).series().values == std::vector<double>{3, 0, 4});
  const Asked dead(reply(row(0, R"("count":3)", R"(,"inspectedCount":3)") + "," +
                         row(1, R"("count":0)", R"(,"inspectedCount":0)") + "," +
                         row(2, R"("count":0)", R"(,"inspectedCount":0)")));
  CHECK(dead.series().values[0] == 3);
  CHECK(std::isnan(dead.series().values[1]));
  CHECK(std::isnan(dead.series().values[2]));
}

TEST_CASE("a percentile is an object of one number") {
  const Asked asked(reply(row(0, R"("percentile.duration":{"99":1.5})") + "," +
                          row(1, R"("percentile.duration":{"99":null})") + "," +
                          row(2, R"("percentile.duration":{"99":2})")));
  CHECK(asked.series().values[0] == 1.5);
  CHECK(std::isnan(asked.series().values[1]));
  CHECK(asked.series().values[2] == 2);
}

TEST_CASE("several facets are labels, named by the answer; host_label says which is the host") {
  FakeWorld world;
  const std::string query = "SELECT count(*) FROM Transaction FACET hostname, track";
  const RangeQuery asked{query, kGrid, "hostname"};
  world.http
      .expect("POST", kUrl, 200,
              reply(R"({"beginTimeSeconds":1795212000,"endTimeSeconds":1795212060,"count":1,)"
                    R"("facet":["a","canary"],"hostname":"a","track":"canary"},)"
                    R"({"beginTimeSeconds":1795212000,"endTimeSeconds":1795212060,"count":2,)"
                    R"("facet":["b",null]})",
                    "null", R"(["hostname","track"])"))
      .body = body_of(query +
                      " SINCE 1795212000000 UNTIL 1795212180000 TIMESERIES 60 seconds LIMIT "
                      "MAX");
  const auto answer = backend(world)->fetch({&asked, 1}, 60s).front();
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 2);
  CHECK(answer->series[0].labels ==
        std::map<std::string, std::string>{{"hostname", "a"}, {"track", "canary"}});
  CHECK(answer->series[1].labels == std::map<std::string, std::string>{{"hostname", "b"}});
  CHECK(answer->series[1].host == "b");
}

TEST_CASE("an answer that does not name its facets has the host's, and none is nobody's") {
  const Asked asked(reply(R"({"beginTimeSeconds":1795212000,"endTimeSeconds":1795212060,"count":1,)"
                          R"("facet":"web-9"})",
                          "null", "null"));
  CHECK(asked.series().host == "web-9");
  CHECK(
      Asked(reply(row(0, R"("count":1)", "", "null"))).error() ==
      "the only series from api.newrelic.com has no label 'host', which should name the host, nor "
      "any other. Aggregate `by (host)`, or set `host_label` to the label that does");
}

TEST_CASE("begins whose fraction of a second was cut off, or was not, are the same bucket") {
  for (const char* begin : {"1795212000", "1795212000.75"}) {
    FakeWorld world;
    const RangeQuery asked{kCount, {kStart + 750ms, 1s, 2}, ""};
    world.http
        .expect("POST", kUrl, 200,
                reply(fmt::format(R"({{"beginTimeSeconds":{},"endTimeSeconds":0,"count":7,)"
                                  R"("facet":"a","host":"a"}})",
                                  begin)))
        .body = body_of(kCount +
                        " FACET host SINCE 1795212000750 UNTIL 1795212002750 TIMESERIES 1 seconds "
                        "LIMIT MAX");
    const auto answer = backend(world)->fetch({&asked, 1}, 60s).front();
    REQUIRE(answer.has_value());
    CHECK(answer->series.at(0).values[0] == 7);
    CHECK(std::isnan(answer->series[0].values[1]));
  }
}

TEST_CASE("hosts that were left out are an error, others of 0 are not") {
  const std::string rows = row(0, R"("count":1)");
  const std::string text =
      "api.newrelic.com left some of 'host' out of its answer (otherResult). Name the hosts: "
      "`WHERE "
      "host IN ({{hosts}})`";
  const auto others = [](const std::string& number) {
    return R"([{"beginTimeSeconds":1795212000,"endTimeSeconds":1795212060,"inspectedCount":9,)" +
           number + "}]";
  };
  CHECK(Asked(reply(rows, others(R"("count":3)"))).error() == text);
  CHECK(Asked(reply(rows, others(R"("percentile.x":{"99":0.5})"))).error() == text);
  CHECK(Asked(reply(rows, others(R"("count":0)"))).series().values[0] == 1);
  CHECK(Asked(reply(rows, others(R"("average.x":null)"))).series().values[0] == 1);
  std::string many;
  for (int i = 0; i < 5000; ++i) {
    many += (i > 0 ? "," : "") + row(0, R"("count":1)", "", fmt::format(R"("h{}")", i));
  }
  CHECK(Asked(reply(many)).error() == text);
}

TEST_CASE("errors that come with 200 say what to do, by their class") {
  CHECK(Asked(failing("TOO_MANY_REQUESTS", "slow down")).error() ==
        "api.newrelic.com takes no more requests for now (TOO_MANY_REQUESTS: slow down). Run fewer "
        "checks at a time, or have its limit raised");
  CHECK(Asked(failing("TIMEOUT", "took too long")).error() ==
        "api.newrelic.com ran out of time: TIMEOUT: took too long. Make the query cheaper, or "
        "`request_timeout` longer: " +
            kSent);
  CHECK(Asked(failing("INTERNAL_SERVER_ERROR", "oops")).error() ==
        "api.newrelic.com failed (INTERNAL_SERVER_ERROR: oops). Look at New Relic's status page");
  CHECK(Asked(failing("ACCESS_DENIED", "no")).error() ==
        "api.newrelic.com does not allow this query (ACCESS_DENIED: no). Sent was " + kKey +
            "; check that it is a user key, and may read account 1234567");
  CHECK(
      Asked(failing("INVALID_INPUT", "NRQL Syntax Error")).error() ==
      "api.newrelic.com refuses the query: INVALID_INPUT: NRQL Syntax Error. Correct the query: " +
          kSent);
  // Data beside an error is not all of the data.
  std::string both = reply(row(0, R"("count":1)"));
  both.insert(1, R"("errors":[{"message":"half of it"}],)");
  CHECK(Asked(both).error() ==
        "api.newrelic.com refuses the query: half of it. Correct the query: " + kSent);
  CHECK(Asked(R"({"errors":[{}]})").error() ==
        "api.newrelic.com refuses the query: no text. Correct the query: " + kSent);
}

TEST_CASE("refusals by status: the key, the path, the rate, failures, a login page") {
  const std::string sent = ". Sent was " + kKey + "; check that it is right and still valid";
  CHECK(Asked(401, R"({"errors":[{"message":"bad key"}]})").error() ==
        "api.newrelic.com does not know who asks (401: bad key)" + sent);
  CHECK(Asked(403, "").error() ==
        "api.newrelic.com does not allow this query (403: no text)" + sent);
  CHECK(Asked(404, "").error() ==
        "api.newrelic.com has no NerdGraph API at its `region` or `url` (404: no text). Check the "
        "path there");
  CHECK(Asked(429, "", {{"retry-after", "9"}}).error() ==
        "api.newrelic.com takes no more requests for now (429, and asks to wait 9 s: no text). Run "
        "fewer checks at a time, or have its limit raised");
  CHECK(Asked(500, "boom").error() ==
        "api.newrelic.com failed (500: boom). Look at the server's log");
  CHECK(Asked("<html>").error() ==
        "api.newrelic.com answered with a web page instead of JSON (200): a login page or a proxy "
        "answered. Check `region` or `url` and `api_key`");
}

TEST_CASE("what is no answer of NerdGraph is said to be none") {
  const std::string cut = reply(row(0, R"("count":1)"));
  for (std::size_t length = 0; length < cut.size(); length += 5) {
    CAPTURE(length);
    CHECK(Asked(cut.substr(0, length)).error() ==
          kNonsense + "it is not valid JSON, or was cut off" + kLook);
  }
  for (const std::string body : {"{}", "[]", R"({"data":{"actor":{"account":{"nrql":null}}}})",
                                 R"({"data":{"actor":{"account":{"nrql":{"results":null}}}}})",
                                 R"({"data":{"actor":{"account":{"nrql":{"results":[1]}}}}})"}) {
    CAPTURE(body);
    CHECK(Asked(body).error() == kNonsense + "its JSON has another shape" + kLook);
  }
  std::string running = reply("");
  running.replace(running.find("true"), 4, "false");
  CHECK(Asked(running).error() ==
        kNonsense + "it was not done with the query (queryProgress)" + kLook);
  const std::string times = kNonsense +
                            "it has times that were not asked for, as it does for metrics that it "
                            "keeps in coarser buckets" +
                            kLook;
  for (const int index : {-1, 3}) CHECK(Asked(reply(row(index, R"("count":1)"))).error() == times);
  CHECK(
      Asked(reply(R"({"beginTimeSeconds":1795212030,"count":1,"facet":"a","host":"a"})")).error() ==
      times);
  CHECK(Asked(reply(R"({"count":1,"facet":"a","host":"a"})")).error() == times);
  CHECK(Asked(reply(row(0, R"("count":1)") + "," + row(0, R"("count":1)"))).error() ==
        kNonsense + "it has a time of a series twice" + kLook);
  const std::string two =
      kNonsense + "it has 2 numbers a row; select one, each is a metric of its own" + kLook;
  CHECK(Asked(reply(row(0, R"("count":1,"max.x":2)"))).error() == two);
  CHECK(Asked(reply(row(0, R"("percentile.x":{"50":1,"99":2})"))).error() == two);
  CHECK(Asked(reply(row(0, R"("latest.x":"on")"))).error() ==
        kNonsense + "'\"on\"' is not a number" + kLook);
}

TEST_CASE("366 buckets are one request; one more makes two") {
  FakeWorld world;
  const RangeQuery asked{kCount, {kStart, 60s, 367}, ""};
  const std::int64_t start = 1'795'212'000'000;
  const std::int64_t edge = start + 366 * 60'000;
  world.http.expect("POST", kUrl, 200, reply(row(0, R"("count":1)"))).body =
      body_of(sent(kCount, start, edge));
  world.http.expect("POST", kUrl, 200, reply(row(366, R"("count":2)"))).body =
      body_of(sent(kCount, edge, edge + 60'000));
  const auto answer = backend(world)->fetch({&asked, 1}, 60s).front();
  REQUIRE(answer.has_value());
  CHECK(answer->series.at(0).values.front() == 1);
  CHECK(std::isnan(answer->series[0].values[1]));
  CHECK(answer->series[0].values.back() == 2);
}

TEST_CASE("what cannot be asked sends nothing: the query, a step below a second, a missing key") {
  FakeWorld world;
  const auto made = backend(world);
  const RangeQuery since{kCount + " SINCE today", kGrid, ""};
  const auto refused = made->fetch({&since, 1}, 60s).front();
  CHECK(refused.error().kind == ErrorKind::definition);
  CHECK(
      refused.error().text ==
      "column 34 of the query: time range and buckets are canarygate's to set; leave `SINCE` out: "
      "SELECT count(*) FROM Transaction SINCE today");
  const RangeQuery quick{kCount, {kStart, 500ms, 3}, ""};
  CHECK(made->fetch({&quick, 1}, 60s).front().error().text ==
        "New Relic's buckets are whole seconds, the check's step is 500ms; make it 1s or longer");
  world.variables.values.clear();
  const RangeQuery asked{kCount, kGrid, ""};
  CHECK(made->fetch({&asked, 1}, 60s).front().error().kind == ErrorKind::secret);
  Config config = usual();
  config.set("account_id", std::int64_t{0});
  CHECK(newrelic_backend().make(config, world.ports).error().text ==
        "`account_id` must be the number of an account");
}
