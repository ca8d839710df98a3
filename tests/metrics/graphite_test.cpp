#include "checks/metrics/graphite.h"

#include "checks/metrics/graphite_request.h"
#include "tests/metrics/graphite_asked.h"
#include "tests/support/fixture.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

const std::string kTarget = "aliasByNode(servers.*.errors, 1)";
const std::string kNone =
    "warning: graphite-a:8080 has no series for aliasByNode(servers.*.errors, 1); a path that does "
    "not exist is no error there";

Grid grid_at(std::int64_t start, Duration step, std::int64_t points) {
  return {TimePoint(std::chrono::seconds(start)), step, points};
}

/// Times from 0 on, in the reply and in the grid, are seconds after this.
constexpr std::int64_t kZero = 1'795'212'000;

HttpResponse answer_of(int status, const std::string& body, const std::string& type) {
  HttpResponse response;
  response.status = status;
  response.body = body;
  response.headers["content-type"] = type;
  return response;
}

/// What the gate gets for one query that is answered with `response`.
std::string told(const HttpResponse& response, const Grid& grid, bool counts = false,
                 const std::string& label = "", const std::string& target = kTarget) {
  FakeWorld world;
  const RangeQuery query{target, grid, label, counts};
  world.http.expect("GET", render_url(kGraphiteA, target, grid), response.status, response.body,
                    response.headers);
  return shown(
      graphite_of(world.ports, graphite_config({kGraphiteA}))->fetch({&query, 1}, 60s).front());
}

std::string told_json(const std::string& body, const Grid& grid = grid_at(kZero, 10s, 3),
                      bool counts = false) {
  return told(answer_of(200, body, "application/json"), grid, counts);
}

std::string from_zero(const std::string& name, const std::vector<std::string>& values,
                      std::int64_t step = 10, std::int64_t first = 0) {
  return graphite_series(name, kZero + first, step, values);
}

}  // namespace

TEST_CASE("the whole request: the exact URL, the credentials, and never maxDataPoints") {
  FakeWorld others;
  const FakeVariables variables(std::map<std::string, std::string>{{"TOKEN", "t0k"}});
  const Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  Config config = graphite_config({"http://g:8080/graphite"});
  config.set("auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, "TOKEN"}});
  config.set("headers", std::map<std::string, TextOrSecret>{{"X-Team", "web"}});
  config.set("request_timeout", Duration(7s));
  config.set("ca", std::string("/etc/ca.pem"));
  others.http.expect("GET",
                     "http://g:8080/graphite/render?target=a.b%2A"
                     "&from=1795211970&until=1795212060&format=json&noCache=1",
                     200, "[]");
  const RangeQuery query{"a.b*", grid_at(kZero, 15s, 4), ""};
  CHECK(graphite_of(ports, config)->fetch({&query, 1}, 60s)[0].has_value());
  const HttpRequest& sent = others.http.sent.at(0);
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{
            {"Accept", "application/json"}, {"X-Team", "web"}, {"Authorization", "Bearer t0k"}});
  CHECK(sent.body.empty());
  CHECK(sent.timeout == 7s);
  CHECK(sent.ca_file == "/etc/ca.pem");
  CHECK_FALSE(sent.only_once);
}

TEST_CASE("a target too long for a URL is posted as a form") {
  FakeWorld world;
  const RangeQuery query{"a." + std::string(1950, 'h'), grid_at(kZero, 15s, 3), ""};
  auto& expected = world.http.expect("POST", kGraphiteA + "/render", 200, "[]");
  expected.body =
      "target=" + query.text + "&from=1795211970&until=1795212045&format=json&noCache=1";
  expected.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  const auto backend = graphite_of(world.ports, graphite_config({kGraphiteA}));
  CHECK(backend->fetch({&query, 1}, 60s)[0].has_value());
}

TEST_CASE("times that are no whole seconds are asked for with the whole second before") {
  const auto asked = graphite::asked_for({kGraphiteNow + 250ms, 15s, 2});
  CHECK(asked.from == kZero - 30);
  CHECK(asked.until == kZero + 30);
}

TEST_CASE("recorded: several datapoints of a bucket are averaged, counts are added up") {
  const HttpResponse recorded = fixture("graphite-1.1.8/render_json.json");
  // 4 3 3 | 3 2 null | 4 2 4 | 4 2 0, from 1795213010 on; [t, t + 10) ends in (start, start + 30].
  const std::string level = told(recorded, grid_at(1795213010, 30s, 4));
  CHECK(
      level.starts_with("servers.canary-1.requests.errors: 3.3333333333333335 2.5 "
                        "3.3333333333333335 2\nservers.web-1.requests.errors: "));
  const std::string counts = told(recorded, grid_at(1795213010, 30s, 4), true);
  CHECK(counts.starts_with("servers.canary-1.requests.errors: 10 5 10 6\n"));
}

TEST_CASE("recorded: a step that is no multiple of the archive's takes what ends in its bucket") {
  const HttpResponse recorded = fixture("graphite-1.1.8/render_json.json");
  CHECK(told(recorded, grid_at(1795213015, 15s, 7))
            .starts_with("servers.canary-1.requests.errors: 3.5 3 2.5 "));
}

TEST_CASE("what the gate gets for an answer of each kind") {
  struct Case {
    const char* what;
    std::string body;
    std::string expected;
  };
  const std::string cut =
      "error: graphite-a:8080 sent an answer that is not valid JSON, or was cut "
      "off. Check `urls`, and what stands in front of the server: " +
      kTarget;
  const std::string shape =
      "error: graphite-a:8080 sent an answer that is JSON of another shape. "
      "Check `urls`, and what stands in front of the server: " +
      kTarget;
  const auto malformed = [](const std::string& how) {
    return "error: graphite-a:8080 sent an answer that " + how +
           ". Check `urls`, and what stands in front of the server: " + kTarget;
  };
  const std::vector<Case> cases = {
      {"numbers", "[" + from_zero("a", {"1", "2.5", "-3e2"}) + "]", "a: 1 2.5 -300"},
      {"trailing nulls are no data", "[" + from_zero("a", {"1", "null", "null"}) + "]", "a: 1 - -"},
      {"null only", "[" + from_zero("a", {"null", "null", "null"}) + "]", "a: - - -"},
      {"infinities and NaN", "[" + from_zero("a", {"1e9999", "-1e9999", "NaN"}) + "]", "a: - - -"},
      {"a tiny number is 0", "[" + from_zero("a", {"1e-9999", "0", "1"}) + "]", "a: 0 0 1"},
      {"no series", "[]", kNone},
      {"a series without datapoints", "[" + from_zero("a", {}) + "]", "nothing"},
      {"a step before the grid, and one after it",
       "[" + from_zero("a", {"7", "1", "2", "3", "8"}, 10, -10) + "]", "a: 1 2 3"},
      {"finer", "[" + from_zero("a", {"1", "3", "2", "4", "9", "1"}, 5) + "]", "a: 2 3 5"},
      {"a tag that is a number, no tags",
       "[" + graphite_series("a", kZero, 10, {"1", "2", "3"}, R"("n":1)") +
           R"(,{"target":"b","tags":null,"datapoints":[]}])",
       "a: 1 2 3\nb: - - -"},
      {"coarser", "[" + from_zero("a", {"1", "2"}, 60, -60) + "]",
       "error: graphite-a:8080 answers in steps of 1m, and the check's step is 10s. Make "
       "`window.step` 1m or a multiple of it, or have carbon keep a finer archive for longer "
       "(storage-schemas.conf; files that exist keep theirs until whisper-resize): " +
           kTarget},
      {"so coarse that only one datapoint came", "[" + from_zero("a", {"1"}, 60) + "]",
       "error: graphite-a:8080 answers in steps of 50s or more, and the check's step is 10s. "
       "Choose "
       "a longer `window.step`, or have carbon keep a finer archive for longer "
       "(storage-schemas.conf; files that exist keep theirs until whisper-resize): " +
           kTarget},
      {"mixed steps",
       "[" + from_zero("a", {"1", "2", "3"}) + "," + from_zero("b", {"1", "2", "3"}, 5) + "]",
       "error: graphite-a:8080 sent an answer that has series with different steps (a every 10s, b "
       "every 5s), which cannot be compared; make them alike, such as with summarize(…, '10s', "
       "'avg'): " +
           kTarget},
      {"two series of one host",
       "[" + from_zero("a", {"1", "2", "3"}) + "," +
           graphite_series("a", kZero, 10, {"1", "2", "3"}, R"("name":"y")") + "]",
       "error: graphite-a:8080 gives 2 series for 'a' at the same time. Make them one, such as "
       "with "
       "groupByNode(…, NODE, 'sum'), where NODE is the host's place in the path, counted from 0: " +
           kTarget},
      {"the same series twice",
       "[" + from_zero("a", {"1", "2", "3"}) + "," + from_zero("a", {"1", "2", "3"}) + "]",
       "error: the query gives the series 'a' twice: " + kTarget},
      {"cut off", "[" + from_zero("a", {"1", "2"}), cut},
      {"cut off in a number", R"([{"target":"a","datapoints":[[1,17952)", cut},
      {"empty body", "", cut},
      {"two answers", "[][]", malformed("is not valid JSON: something follows its end")},
      {"an object", R"({"error":"x"})", shape},
      {"a value in quotes", "[" + from_zero("a", {"\"1\"", "2", "3"}) + "]",
       malformed("has a value that is not a number: \"1\"")},
      {"no name", R"([{"datapoints":[]}])", malformed("has a series without a `target`")},
      {"no pair", R"([{"target":"a","datapoints":[[1]]}])",
       malformed("has a datapoint that is no pair of value and time")},
      {"uneven times",
       R"([{"target":"a","datapoints":[[1,1795212000],[1,1795212010],[1,1795212025]]}])",
       malformed("has a series whose times are not evenly spaced")},
      {"times that go back", R"([{"target":"a","datapoints":[[1,1795212010],[1,1795212000]]}])",
       malformed("has a series whose times are not evenly spaced")},
      {"times of another day", "[" + from_zero("a", {"1", "2", "3"}, 10, -86400) + "]",
       malformed("has times that were not asked for")},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    CHECK(told_json(one.body) == one.expected);
  }
}

TEST_CASE("recorded answers of Graphite and VictoriaMetrics") {
  const std::string v = "graphite-1.1.8/";
  CHECK(told(fixture(v + "render_empty.json"), grid_at(kZero, 10s, 3)) == kNone);
  CHECK(told(fixture(v + "render_unbalanced_paren.json"), grid_at(kZero, 10s, 3)) == kNone);
  CHECK(told(fixture(v + "render_all_null.json"), grid_at(1795214100, 30s, 3)) ==
        "servers.canary-1.requests.errors: - - -");
  CHECK(told(fixture(v + "render_summarize.json"), grid_at(1795212600, 300s, 4)) ==
        "summarize(servers.canary-1.requests.errors, \"5min\", \"sum\"): 0 61 45 -");
  CHECK(told(fixture(v + "render_divide.json"), grid_at(1795213010, 20s, 6))
            .starts_with("divideSeries(servers.canary-1.requests.errors,"
                         "sumSeries(servers.web-*.requests.errors)): 0.5 1.05 0.25 "));
  CHECK(told(fixture(v + "render_inf_is_1e9999.json"), grid_at(1795213480, 10s, 3)) ==
        "servers.x.inf: - - -");
  CHECK(told(fixture(v + "series_by_tag.json"), grid_at(1795212720, 20s, 5), false, "host") ==
        "canary-1: - - - - -");
  CHECK(told(fixture("victoriametrics-1.112/graphite_seriesByTag.json"),
             grid_at(1795214340, 10s, 3), false, "host") == "canary-1: 0.657 0.298 -");
  CHECK(told(fixture("victoriametrics-1.112/graphite_render.json"), grid_at(1795214260, 20s, 5))
            .starts_with("servers.canary-1.requests.errors: 0 2.5 2.5 "));
}

TEST_CASE("a host's tag that is missing is an error, or a warning where only some lack it") {
  const Grid grid = grid_at(kZero, 10s, 3);
  const std::string tagged = graphite_series("x", kZero, 10, {"1", "2", "3"}, R"("host":"a")");
  const std::string bare = graphite_series("y", kZero, 10, {"4", "5", "6"}, R"("dc":"b")");
  const auto response = [](const std::string& body) {
    return answer_of(200, body, "application/json");
  };
  CHECK(told(response("[" + bare + "]"), grid, false, "host") ==
        "error: 1 of 1 series from graphite-a:8080 without the tag 'host', which should name the "
        "host (one has: dc and target). Keep the tag, as groupByTags(…, 'sum', 'host') does, or "
        "set `host_label` to the tag that names the host: " +
            kTarget);
  CHECK(
      told(response("[" + tagged + "," + bare + "]"), grid, false, "host") ==
      "a: 1 2 3\nwarning: 1 of 2 series from graphite-a:8080 without the tag 'host', which should "
      "name the host (one has: dc and target). Keep the tag, as groupByTags(…, 'sum', 'host') "
      "does, or set `host_label` to the tag that names the host: " +
          kTarget);
}

TEST_CASE("refusals say host, status, cause and what to do") {
  struct Case {
    HttpResponse response;
    std::string expected;
  };
  const std::string html = "<html><body>Please log in</body></html>";
  const auto page = [&](int status) { return answer_of(status, html, "text/html"); };
  const std::string t = kTarget;
  const std::vector<Case> cases = {
      {fixture("graphite-1.1.8/render_unknown_function.json"),
       "refuses the query: Invalid parameters (Received request for unknown function: nosuchFunc); "
       "targets: \"nosuchFunc(servers.*.requests.errors)\" (400). Correct the query: " +
           t},
      {fixture("graphite-1.1.8/bad_from.json"),
       "refuses the query: Invalid parameters (Unknown day reference: yestermorrow) (400). Correct "
       "the query: " +
           t},
      {fixture("victoriametrics-1.112/graphite_render_unknown_fn.json"),
       "refuses the query: remoteAddr: \"127.0.0.1:42436\"; requestURI: "
       "/render?target=nosuch(servers.*)&format=json; error in \"/render\": cannot eval "
       "target=\"nosuch(servers.*)\": unknown function \"nosuch\" (400). Correct the query: " +
           t},
      {page(200),
       "answered with a web page instead of JSON (200): a login page or a proxy answered. "
       "Check `urls` and `auth`"},
      {page(401),
       "does not know who asks (401: a web page, so a proxy or a login answered). Give the "
       "backend an `auth` (bearer or basic)"},
      {answer_of(403, "no", "text/plain"),
       "does not allow this query (403: no). Give the backend an `auth` (bearer or basic)"},
      {page(404),
       "has no Graphite Render API at the address in `urls` (404). Does it need a path, such as "
       "/graphite?"},
      {answer_of(400,
                 "remoteAddr: \"127.0.0.1:51124\"; requestURI: /render?target=a&format=json; "
                 "unsupported path requested: \"/render\"",
                 "text/plain; charset=utf-8"),
       "has no Graphite Render API at the address in `urls` (400: unsupported path). Does it need "
       "another "
       "path, or is it a VictoriaMetrics that is too old to have one?"},
      {page(429),
       "takes no more requests for now (429). Run fewer checks at a time, or have its "
       "limit raised"},
      {answer_of(500,
                 "<pre>\nTraceback (most recent call last):\n  File &quot;x&quot;\nTypeError: "
                 "scale() missing 1 argument: &#x27;factor&#x27;\n\n</pre>",
                 "text/html"),
       "failed at this query: TypeError: scale() missing 1 argument: 'factor' (500). Check the "
       "functions' arguments: " +
           t},
      {answer_of(500, "out of memory", "text/plain"),
       "failed: out of memory (500). Look at the server's log"},
      {page(502),
       "answered 502 with a web page. Look at the server, and at the proxy in front of it"},
      {answer_of(302, "", "text/plain"),
       "answered 302: no text. Check `urls`, `headers` and what stands in front of the server"},
  };
  for (const Case& one : cases) {
    CHECK(told(one.response, grid_at(kZero, 10s, 3)) == "error: graphite-a:8080 " + one.expected);
  }
}

TEST_CASE("functions that make the dead look alive are named in a warning") {
  const std::string body = "[" + from_zero("a", {"1", "2", "3"}) + "]";
  const auto warned = [&](const std::string& target, bool counts) {
    const auto response = answer_of(200, body, "application/json");
    return told(response, grid_at(kZero, 10s, 3), counts, "", target) != "a: 1 2 3";
  };
  CHECK(told(answer_of(200, body, "application/json"), grid_at(kZero, 10s, 3), false, "",
             "keepLastValue(a.b)") ==
        "a: 1 2 3\nwarning: keepLastValue gives numbers to a host that sends none any more, so one "
        "that died may look alive: keepLastValue(a.b)");
  CHECK(warned("a.b|interpolate()", false));
  CHECK(warned("transformNull(a.b)", false));
  CHECK_FALSE(warned("transformNull(a.b, 0)", true));
  CHECK_FALSE(warned("keepLastValue(a.b, 3)", false));
}

TEST_CASE("one or two frontends, an interval, and what the gate reckons with") {
  FakeWorld world;
  const auto refusal = [&](const Config& config) {
    const auto made = graphite_backend().make(config, world.ports);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == ErrorKind::definition);
    return made.error().text;
  };
  CHECK(refusal(graphite_config({"http://a", "http://b", "http://c"})) ==
        "a backend of type graphite needs `urls` with one frontend, or with the two of a redundant "
        "pair; it has 3");
  Config config = graphite_config({kGraphiteA});
  config.set("scrape_interval", Duration(0));
  CHECK(refusal(config) == "`scrape_interval` must be longer than 0s");
  config.set("scrape_interval", Duration(60s));
  CHECK(graphite_of(world.ports, config)->settle() == 60s);
  const auto backend = graphite_of(world.ports, graphite_config({kGraphiteA}));
  CHECK(backend->settle() == 10s);
  CHECK(backend->scrape_interval() == 10s);
  CHECK(backend->dialect() == QueryDialect::graphite);
  CHECK(backend->default_host_label() == "target");
}
