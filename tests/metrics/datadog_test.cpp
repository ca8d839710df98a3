#include "tests/metrics/datadog_world.h"
#include "tests/support/fixture.h"

using namespace canarygate;
using namespace canarygate::test;

TEST_CASE("the whole request is as v1 wants it, with both keys, times in seconds") {
  Datadog datadog;
  datadog.world.http.expect(
      "GET",
      "https://api.us5.datadoghq.com/api/v1/query?from=1795212000&to=1795212045&query="
      "avg%3Alatency%7Bservice%3Aweb%7D%20by%20%7Bhost%7D.rollup%28avg%2C%2015%29",
      200, ok(""));
  Config config = config_with("site", std::string("us5.datadoghq.com"));
  config.set("request_timeout", Duration(7s));
  config.set("ca", std::string("/etc/ca.pem"));
  config.set("headers", std::map<std::string, TextOrSecret>{{"X-Team", "web"}});
  const auto answer = datadog.ask({kQuery, kGrid, ""}, config);
  REQUIRE(answer.has_value());
  CHECK(answer->series.empty());
  const HttpRequest& sent = datadog.world.http.sent.at(0);
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Accept", "application/json"},
                                                         {"DD-API-KEY", "api-s3cr3t"},
                                                         {"DD-APPLICATION-KEY", "app-s3cr3t"},
                                                         {"X-Team", "web"}});
  CHECK(sent.timeout == 7s);
  CHECK(sent.ca_file == "/etc/ca.pem");
}

TEST_CASE("v2 is POSTed each metric by itself and a formula of them, times in milliseconds") {
  Datadog datadog;
  datadog.world.http
      .expect("POST", "http://dd-proxy:8080/base/api/v2/query/timeseries", 200,
              R"({"data":{"type":"timeseries_response","attributes":{
                 "series":[{"group_tags":["host:web-1"],"query_index":0}],
                 "times":[1795212000000,1795212030000],"values":[[0.5,null]]}}})")
      .body =
      R"j({"data":{"type":"timeseries_request","attributes":{"from":1795212000000,)j"
      R"j("to":1795212045000,"interval":15000,"formulas":[{"formula":"100 * query1 / query2"}],)j"
      R"j("queries":[{"data_source":"metrics","name":"query1",)j"
      R"j("query":"sum:errors{*} by {host}.as_count().rollup(sum, 15)"},)j"
      R"j({"data_source":"metrics","name":"query2",)j"
      R"j("query":"sum:hits{*} by {host}.as_count().rollup(sum, 15)"}]}}})j";
  Config config = config_with("api", std::string("v2"));
  config.set("url", std::string("http://dd-proxy:8080/base/"));
  const auto answer = datadog.ask(
      {"100 * sum:errors{*} by {host}.as_count() / sum:hits{*} by {host}.as_count()", kGrid, ""},
      config);
  REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
  CHECK(answer->series.at(0).host == "web-1");
  CHECK(shown(answer->series.at(0).values) == "0.5 - - ");
}

TEST_CASE("a point is the bucket that begins where the point before it is; null is missing") {
  const auto answer = answered(200, ok(series("0,1.5 1,null 2,0")));
  REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
  CHECK(answer->series.at(0).host == "web-1");
  CHECK(shown(answer->series.at(0).values) == "1.5 - 0 ");
  CHECK(answer->warnings.empty());
}

TEST_CASE("the bucket that has only begun at the end, and the one before the first, are left out") {
  const auto answer = answered(200, ok(series("-1,9 0,1 1,2 2,3 3,9")));
  REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
  CHECK(shown(answer->series.at(0).values) == "1 2 3 ");
}

TEST_CASE("a window that begins between two buckets gets those that are complete at its points") {
  Datadog datadog;
  datadog.world.http.expect("GET", url_of(kSent, kStart, kStart + 45s), 200,
                            ok(series("0,1 1,2 2,3")));
  // Points at :22, :37 and :52; the buckets end at :15, :30 and :45.
  const auto answer = datadog.ask({kQuery, {kStart + 7s, 15s, 3}, ""});
  REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
  CHECK(shown(answer->series.at(0).values) == "1 2 3 ");
}

TEST_CASE("hosts are named in lower case by the tag that names them; all tags stay, for `tags`") {
  Datadog datadog;
  datadog.world.http.expect(
      "GET", url_of("avg:latency{*} by {pod,track}.rollup(avg, 15)", kStart, kStart + 45s), 200,
      ok(series("0,1", R"("pod:Web-1","track:canary")") + "," +
         series("0,2", R"("pod:web-2","track:stable")")));
  const auto answer = datadog.ask({"avg:latency{*} by {pod,track}", kGrid, "pod"});
  REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
  CHECK(answer->series.at(0).host == "web-1");
  CHECK(answer->series.at(0).labels.at("track") == "canary");
  CHECK(answer->series.at(1).host == "web-2");
}

TEST_CASE("a host that the query names is called as it is called there") {
  Datadog datadog;
  datadog.world.http.expect(
      "GET",
      url_of("avg:x{host IN (Web-11, Web-1, db.Web-2)} by {host}.rollup(avg, 15)", kStart,
             kStart + 45s),
      200, ok(series("0,1") + "," + series("0,2", R"("host:Web-2")")));
  const auto answer =
      datadog.ask({"avg:x{host IN (Web-11 OR Web-1 OR db.Web-2)} by {host}", kGrid, ""});
  REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
  CHECK(answer->series.at(0).host == "Web-1");
  CHECK(answer->series.at(1).host == "web-2");
}

TEST_CASE("series without a host are told and left out; when none has one, that is an error") {
  const auto some = answered(200, ok(series("0,1") + "," + series("0,1", R"("host:N/A")")));
  REQUIRE(some.has_value());
  CHECK(some->series.size() == 1);
  CHECK(some->warnings ==
        std::vector<std::string>{
            "1 of 2 series from api.datadoghq.com has no label 'host', which should name the host, "
            "nor any other. Aggregate `by (host)`, or set `host_label` to the label that does"});
  CHECK(error(answered(200, ok(series("0,1", R"("service:web")")))) ==
        "the only series from api.datadoghq.com has no label 'host', which should name the host "
        "(one has: service). Aggregate `by (host)`, or set `host_label` to the label that does");
}

TEST_CASE("recorded answers of v1 and v2 are read as they came") {
  Datadog datadog;
  // 10.5 at 09:52:15 and 11 at 09:53:15, the interval of one second that nobody had asked for.
  const HttpResponse by_host = fixture("datadog/v1_query_by_host.json");
  const TimePoint from{1'618'221'095s};
  datadog.world.http.expect("GET", url_of("avg:x{*} by {host}.rollup(avg, 1)", from, from + 200s),
                            200, by_host.body);
  const auto seen = datadog.ask({"avg:x{*} by {host}", {from, 1s, 200}, ""});
  REQUIRE_MESSAGE(seen.has_value(), seen.error().text);
  CHECK(seen->series.at(0).host == "go-client-test-host");
  CHECK(seen->series.at(0).values.at(40) == 10.5);
  CHECK(seen->series.at(0).values.at(100) == 11);
  CHECK(std::isnan(seen->series.at(0).values.at(41)));

  // Answers of 2020 had no tag_set, only the scope.
  const TimePoint then{1'580'746'095s};
  datadog.world.http.expect("GET", url_of("x{*} by {host}.rollup(avg, 5)", then, then + 1200s), 200,
                            fixture("datadog/v1_query_of_2020.json").body);
  const auto old = datadog.ask({"x{*} by {host}", {then, 5s, 240}, ""});
  REQUIRE_MESSAGE(old.has_value(), old.error().text);
  CHECK(old->series.at(0).host == "test.host.1580746696");
  CHECK(old->series.at(0).values.at(120) == 1);
}

TEST_CASE("what an answer without numbers means for the gate") {
  struct Case {
    std::string body;
    std::size_t series;
  };
  for (const Case& one :
       {Case{ok(""), 0}, Case{ok(series("0,null 1,null")), 1}, Case{ok(series("")), 1}}) {
    CAPTURE(one.body);
    const auto answer = answered(200, one.body);
    REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
    CHECK(answer->series.size() == one.series);
    for (const Series& series : answer->series) CHECK_FALSE(has_numbers(series));
  }
}

TEST_CASE("what Datadog remarks beside whole data is passed on, once") {
  const auto answer = answered(
      200, R"({"status":"ok","message":"metric is deprecated","series":[)" + series("0,1") + "]}");
  REQUIRE(answer.has_value());
  CHECK(answer->warnings == std::vector<std::string>{"Datadog remarks: metric is deprecated"});
}

TEST_CASE("longer buckets than asked are asked for again in shorter pieces, and put together") {
  Datadog datadog;
  const Grid grid{kStart, 15s, 1500};
  const auto at = [](int bucket) { return kStart + bucket * 15s; };
  auto& http = datadog.world.http;
  http.expect("GET", url_of(kSent, at(0), at(1200)), 200, ok(series("0,1", R"("host:web-1")", 60)));
  http.expect("GET", url_of(kSent, at(1200), at(1500)), 200, ok(series("1200,5 1499,6")));
  for (int first = 0; first < 1200; first += 300) {
    http.expect("GET", url_of(kSent, at(first), at(first + 300)), 200,
                ok(series(fmt::format("{},{}", first, first))));
  }
  const auto answer = datadog.ask({kQuery, grid, ""});
  REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
  REQUIRE(answer->series.size() == 1);
  const std::vector<double>& values = answer->series[0].values;
  CHECK(values.size() == 1500);
  for (const int place : {0, 300, 600, 900})
    CHECK(values.at(static_cast<std::size_t>(place)) == place);
  CHECK(values.at(1200) == 5);
  CHECK(values.at(1499) == 6);
}

TEST_CASE("one query's refusal leaves the others their answers") {
  Datadog datadog;
  datadog.world.http.expect("GET", url_of(kSent, kStart, kStart + 45s), 200, ok(series("0,1")));
  const std::vector<RangeQuery> queries = {{"nonsense", kGrid, ""}, {kQuery, kGrid, ""}};
  const auto answers = datadog.backend()->fetch(queries, 60s);
  CHECK_FALSE(answers[0].has_value());
  CHECK(answers[1].has_value());
}
