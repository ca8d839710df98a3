#include "tests/metrics/datadog_world.h"
#include "tests/support/fixture.h"

using namespace canarygate;
using namespace canarygate::test;

TEST_CASE("every refusal says who, what and what to do, and never a key") {
  const std::string keys =
      "Sent were `api_key` from the environment variable DD_API_KEY and `app_key` from the "
      "environment variable DD_APP_KEY: check that both are of this `site`, still valid, and that "
      "the application key may `timeseries_query`";
  struct Case {
    HttpResponse response;
    std::string text;
  };
  const auto reply = [](int status, std::string body,
                        std::map<std::string, std::string> headers = {}) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    return response;
  };
  const std::string did_not = "api.datadoghq.com did not answer as Datadog does: ";
  const std::string check_site = ". Check `site` or `url` and what stands in between";
  const std::vector<Case> cases = {
      {fixture("datadog/v1_query_403.json"),
       "api.datadoghq.com does not accept the keys (403: Forbidden). " + keys},
      {fixture("datadog/v1_api_key_required_403.json"),
       "api.datadoghq.com does not accept the keys (403: API key required). " + keys},
      {reply(401, R"({"errors":["Unauthorized"]})"),
       "api.datadoghq.com does not accept the keys (401: Unauthorized). " + keys},
      {fixture("datadog/v2_timeseries_400.json"),
       "api.datadoghq.com refuses the query " + kSent +
           " (400: API input validation failed: Invalid type. Expected "
           "\"timeseries_request\".). Correct it"},
      {reply(404, R"({"errors":["Not found"]})"),
       "api.datadoghq.com has no Datadog API there (404: Not found). Check `site` or `url`; `url` "
       "is without /api"},
      {fixture("datadog/v2_429.json"),
       "api.datadoghq.com takes no more requests for now (429: its limit 'logs_public_search_api' "
       "of 10 requests in 10s is used up for 1s). Run fewer checks at a time, judge with a shorter "
       "`history`, or have Datadog raise the limit"},
      {reply(429, ""),
       "api.datadoghq.com takes no more requests for now (429). Run fewer checks at a time, judge "
       "with a shorter `history`, or have Datadog raise the limit"},
      {reply(500, R"({"errors":[{"title":"Internal","detail":"query engine"}]})"),
       "api.datadoghq.com failed (500: query engine). Look at Datadog's status page"},
      {reply(502, "<html>Bad Gateway</html>"),
       "api.datadoghq.com failed (502: a web page). Look at Datadog's status page, and at the "
       "proxy "
       "in between"},
      {reply(200, "<html>Log in</html>", {{"content-type", "text/html; charset=utf-8"}}),
       "api.datadoghq.com answered with a web page instead of JSON (200): a login page or a proxy "
       "answered. Check `site` or `url`"},
      {reply(418, "short and stout\n"),
       "api.datadoghq.com answered 418: short and stout. Check `site` or `url` and what stands in "
       "between"},
      {reply(200, R"({"status":"error","error":"Error parsing query: \n rule 'x'","series":[]})"),
       "api.datadoghq.com could not answer the query: Error parsing query:   rule 'x'. Correct "
       "it: " +
           kSent},
      {reply(200, R"({"status":"ok","error":"Too many groups","series":[]})"),
       "api.datadoghq.com could not answer the query: Too many groups. Correct it: " + kSent},
      {reply(200, R"({"status":"error","series":[]})"),
       "api.datadoghq.com could not answer the query: its `status` is error. Correct it: " + kSent},
      {reply(200, R"({"status":"ok","message":"Results limited to 100 groups","series":[]})"),
       "api.datadoghq.com has answered a part of the query only: Results limited to 100 groups. "
       "Ask "
       "for fewer series; nothing is judged on a part: " +
           kSent},
      {reply(200, R"({"status":"ok","series":[{"pointl)"),
       did_not + "it is not valid JSON, or was cut off" + check_site},
      {reply(200, "{}"), did_not + "it has no `status` and `series`" + check_site},
      {reply(200, "[]"), did_not + "it has no `status` and `series`" + check_site},
      {reply(200, ok(R"({"tag_set":[]})")), did_not + "a series has no `pointlist`" + check_site},
      {reply(200, ok(R"({"pointlist":[[1]]})")), did_not + "a point is not a pair" + check_site},
      {reply(200, ok(R"({"pointlist":[["x",1]]})")),
       did_not + "the time of a point is not a number" + check_site},
      {reply(200, ok(series("0,true"))), did_not + "a value is not a number" + check_site},
      {reply(200, ok(series("1,2 0,1"))),
       did_not + "the times of a series do not ascend" + check_site},
      {reply(200, ok(series("5,2"))),
       did_not + "it has times that were not asked for" + check_site},
      {reply(200, ok(R"({"pointlist":[[1795212001000,1]]})")),
       did_not + "its points are not at whole multiples of the step" + check_site},
      {reply(200, ok(R"({"interval":"x","pointlist":[[1795212000000,1]]})")),
       did_not + "the `interval` of a series is not a number of seconds" + check_site},
      {reply(200, ok(series("0,1", R"("host:web-1")", 5))),
       did_not + "it has a point every 5s though one every 15s was asked for" + check_site},
      {reply(200, ok(R"({"tag_set":"x","pointlist":[]})")),
       did_not + "the tags of a series are not a list" + check_site},
      {reply(200, ok(R"({"tag_set":[1],"pointlist":[]})")),
       did_not + "a tag of a series is not a text" + check_site},
      {reply(200, ok(series("0,1") + "," + series("1,1"))),
       "api.datadoghq.com sent the same series twice, or more series than canarygate takes; ask "
       "one "
       "query by host: " +
           kSent},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(error(answered(one.response)) == one.text);
  }
  CHECK(answered(500, "").error().transient);
  CHECK_FALSE(answered(429, "").error().transient);
}

TEST_CASE("buckets that stay longer than asked are refused, with the step that Datadog has") {
  CHECK(error(answered(200, ok(series("0,1", R"("host:web-1")", 60)))) ==
        "api.datadoghq.com answers every 1m though every 15s was asked for: it has this metric no "
        "finer, or not any more. Make `step` 1m: " +
            kSent);

  const HttpResponse a_day = fixture("datadog/v1_query_a_day.json");
  Datadog datadog;
  const TimePoint from{1'641'343'860s};
  auto& http = datadog.world.http;
  const std::string sent = "system.cpu.idle{*} by {host}.rollup(avg, 60)";
  http.expect("GET", url_of(sent, from, from + 72000s), 200, a_day.body);
  http.expect("GET", url_of(sent, from + 72000s, from + 86400s), 200, ok(""));
  for (int first = 0; first < 1200; first += 300) {
    http.expect("GET", url_of(sent, from + first * 60s, from + (first + 300) * 60s), 200,
                a_day.body);
  }
  CHECK(error(datadog.ask({"system.cpu.idle{*} by {host}", {from, 60s, 1440}, ""})) ==
        "api.datadoghq.com answers every 5m though every 1m was asked for: it has this metric no "
        "finer, or not any more. Make `step` 5m: " +
            sent);
}

TEST_CASE("v2 says nothing of its buckets' length: times that all lie wider apart betray it") {
  const auto body = [](const std::string& times, const std::string& values,
                       const std::string& group = R"("host:web-1")") {
    return R"({"data":{"attributes":{"series":[{"group_tags":[)" + group + R"(]}],"times":[)" +
           times + R"(],"values":[[)" + values + "]]}}}";
  };
  const auto ask = [](const std::string& answer, std::int64_t points = 6) {
    Datadog datadog;
    const std::string to = std::to_string((kStart + points * 15s).time_since_epoch().count());
    datadog.world.http.expect("POST", kServer + "/api/v2/query/timeseries", 200, answer).body =
        R"({"data":{"type":"timeseries_request","attributes":{"from":1795212000000,"to":)" + to +
        R"(,"interval":15000,"formulas":[{"formula":"query1"}],"queries":[)" +
        R"({"data_source":"metrics","name":"query1","query":")" + kSent + R"("}]}}})";
    return datadog.ask({kQuery, {kStart, 15s, points}, ""}, config_with("api", std::string("v2")));
  };
  CHECK(error(ask(body("1795212000000,1795212030000,1795212060000", "1,2,3"))) ==
        "api.datadoghq.com answers every 30s though every 15s was asked for: it has this metric no "
        "finer, or not any more. Make `step` 30s: " +
            kSent);
  const auto sparse = ask(body("1795212000000,1795212030000", "1,2"));
  REQUIRE(sparse.has_value());
  CHECK(shown(sparse->series.at(0).values) == "1 - 2 - - - ");
  CHECK(ask(fixture("datadog/v2_timeseries_empty.json").body).has_value());
  const std::string did_not = "api.datadoghq.com did not answer as Datadog does: ";
  const std::string check_site = ". Check `site` or `url` and what stands in between";
  CHECK(error(ask("{}")) == did_not + "it has no `data.attributes`" + check_site);
  CHECK(error(ask(R"({"data":{"attributes":{"series":[],"times":[]}}})")) ==
        did_not + "it has no list `values`" + check_site);
  CHECK(error(ask(R"({"data":{"attributes":{"series":[],"times":[],"values":[[]]}}})")) ==
        did_not + "it has not one list of values a series" + check_site);
  CHECK(error(ask(body("1795212000000", "1,2"))) ==
        did_not + "a series has not one value a time" + check_site);
  CHECK(error(ask(body("1795212015000,1795212000000", "1,2"))) ==
        did_not + "its times do not ascend" + check_site);
  CHECK(error(ask(R"({"errors":"query timed out"})")) ==
        "api.datadoghq.com could not answer the query: query timed out. Correct it: " + kSent);
}

TEST_CASE("a query that cannot be put is refused before anything is sent") {
  const auto refused = [](const RangeQuery& query) {
    Datadog datadog;
    const auto answer = datadog.ask(query);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().kind == ErrorKind::definition);
    return answer.error().text;
  };
  CHECK(refused({"avg:x{*} by {host}.rollup(avg, 60)", kGrid, ""}) ==
        "column 19 of the query: `.rollup(avg, 60)` contradicts the check's `step` of 15s; write "
        "`.rollup(avg)`, and the step is added: avg:x{*} by {host}.rollup(avg, 60)");
  CHECK(refused({kQuery, {kStart, 500ms, 3}, ""}) ==
        "Datadog has steps of whole seconds, and 500ms is none");
  CHECK(refused({"avg:x{" + std::string(7000, 'h') + "} by {host}", kGrid, ""}) ==
        "the query is too long for a URL (7104 characters once encoded); give the backend `api: "
        "v2`, which has no such limit, or choose the hosts by a tag");
}

TEST_CASE("a missing key and a network error are told as they are") {
  Datadog datadog;
  datadog.world.variables.values.erase("DD_APP_KEY");
  const auto missing = datadog.ask({kQuery, kGrid, ""});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind == ErrorKind::secret);

  datadog.world.variables.values["DD_APP_KEY"] = "two\nlines";
  CHECK(datadog.ask({kQuery, kGrid, ""}).error().text ==
        "the secret from the environment variable DD_APP_KEY has more than one line");

  Datadog down;
  down.world.http.expect_error("GET", url_of(kSent, kStart, kStart + 45s), ErrorKind::timeout,
                               "no answer");
  CHECK(down.ask({kQuery, kGrid, ""}).error().text == "no answer");
}

TEST_CASE("a site is a name, not an address of the web interface; settings have their defaults") {
  FakeWorld world;
  for (const char* site : {"app.datadoghq.com", "api.datadoghq.eu", "https://datadoghq.com", "us5",
                           "datadoghq.com/x", ".eu", "eu."}) {
    const auto made = datadog_backend().make(config_with("site", std::string(site)), world.ports);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().text ==
          fmt::format("'{}' is no Datadog site; `site` is what follows `api.` in the API's "
                      "address: datadoghq.com, us5.datadoghq.com, datadoghq.eu, …",
                      site));
  }
  for (const char* site : {"datadoghq.eu", "ddog-gov.com", "ap2.datadoghq.com"}) {
    CHECK(datadog_backend().make(config_with("site", std::string(site)), world.ports).has_value());
  }
  CHECK(datadog_backend()
            .make(config_with("scrape_interval", Duration(0s)), world.ports)
            .error()
            .text == "`scrape_interval` must be longer than 0s");
  Datadog datadog;
  CHECK(datadog.backend()->settle() == 1min);
  CHECK(datadog.backend(config_with("scrape_interval", Duration(1min)))->settle() == 105s);
  CHECK(datadog.backend()->default_host_label() == "host");
  CHECK(datadog.backend()->dialect() == QueryDialect::datadog);
}
