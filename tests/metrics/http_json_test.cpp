#include "checks/metrics/http_json.h"

#include <fmt/format.h>

#include <cmath>

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

const TimePoint kStart{1'795'212'000s};
const Grid kGrid{kStart, 15s, 3};
const std::string kUrl = "http://api:8080/v1/series?from=1795212000&q=lat&step=15&to=1795212045";

using Settings = std::map<std::string, std::string>;
const Settings kPairs{{"series", "/data"}, {"host", "/host"}, {"points", "/points"}};

Config config_with(const Settings& settings) {
  Config config;
  config.set("url", std::string("http://api:8080"));
  config.set("path", std::string("/v1/series"));
  config.set(
      "query",
      std::map<std::string, std::string>{
          {"q", "{{query}}"}, {"from", "{{from_s}}"}, {"to", "{{to_s}}"}, {"step", "{{step_s}}"}});
  for (const auto& [key, value] : settings) config.set(key, value);
  return config;
}

/// One query answered with one reply: "host: 1 - 3 | host: …", a dash where there is no number; or
/// the error's text.
std::string told(const Config& config, const HttpResponse& reply, const std::string& label = "") {
  FakeWorld world;
  world.http.expect("GET", kUrl, reply.status, reply.body, reply.headers);
  const auto backend = http_json_backend().make(config, world.ports);
  REQUIRE_MESSAGE(backend.has_value(), backend.error().text);
  const RangeQuery query{"lat", kGrid, label};
  const auto answers = (*backend)->fetch({&query, 1}, 60s);
  REQUIRE(answers.size() == 1);
  if (!answers[0]) {
    CHECK(answers[0].error().kind == ErrorKind::backend);
    return answers[0].error().text;
  }
  std::string text;
  for (const Series& series : answers[0]->series) {
    text += (text.empty() ? "" : " | ") + series.host + ":";
    for (const double value : series.values) {
      text += std::isnan(value) ? " -" : fmt::format(" {}", value);
    }
  }
  return text;
}

std::string told(const Settings& settings, const std::string& body, const std::string& label = "") {
  return told(config_with(settings), {200, {}, body}, label);
}

Settings with(Settings settings, const Settings& more) {
  for (const auto& [key, value] : more) settings[key] = value;
  return settings;
}

std::string misshapen(const std::string& why) {
  return "the answer of api:8080 is not as its configuration says: " + why +
         ". Compare the backend's pointers with what the server answers";
}

std::string refused(const Config& config) {
  const FakeWorld world;
  const auto backend = http_json_backend().make(config, world.ports);
  REQUIRE_FALSE(backend.has_value());
  CHECK(backend.error().kind == ErrorKind::definition);
  return backend.error().text;
}
std::string refused(const Settings& settings) { return refused(config_with(settings)); }

}  // namespace

TEST_CASE("the shapes that numbers come in") {
  const std::string two = "web-1: 1 - 3 | web-2: - 2 -";
  // A list of series, each with pairs of time and value.
  CHECK(told(kPairs, R"({"data":[
    {"host":"web-1","points":[[1795212015,1],[1795212045,3]]},
    {"host":"web-2","points":[[1795212030,2]]}]})") == two);
  // Value before time, as in Graphite; the answer itself is the list.
  CHECK(told({{"host", "/target"}, {"points", "/datapoints"}, {"time", "/1"}, {"value", "/0"}},
             R"([{"target":"web-1","datapoints":[[1,1795212015],[null,1795212030],[3,1795212045]]},
                 {"target":"web-2","datapoints":[[2,1795212030]]}])") == two);
  // Points that are objects, hosts that are keys, times in RFC 3339.
  CHECK(told({{"series", "/hosts"},
              {"points", "#"},
              {"time", "/at"},
              {"value", "/v/avg"},
              {"time_format", "rfc3339"}},
             R"({"hosts":{"web-1":[{"at":"2026-11-20T22:00:15Z","v":{"avg":1}},
                                   {"at":"2026-11-20T23:00:45+01:00","v":{"avg":"3"}}],
                          "web-2":[{"at":"2026-11-20T22:00:30.000Z","v":{"avg":2}}]}})") == two);
  // Times and values side by side, in milliseconds.
  CHECK(told({{"series", "/s"},
              {"host", "/tags/h"},
              {"times", "/t"},
              {"values", "/v"},
              {"time_format", "ms"}},
             R"({"s":[{"tags":{"h":"web-1"},"t":[1795212045000,1795212015000],"v":[3,1]},
                      {"tags":{"h":"web-2"},"t":["1795212030000"],"v":[2]}]})") == two);
  // One list of times for all.
  CHECK(told({{"series", "/s"}, {"values", "/v"}, {"shared_times", "/times"}},
             R"({"times":[1795212015,1795212030,1795212045],
                 "s":{"web-1":{"v":[1,null,3]},"web-2":{"v":[null,2,null]}}})") == two);
}

TEST_CASE("a time is its step's end or its beginning; what lies between is put together") {
  const std::string body = R"({"data":[{"host":"a","points":[
    [1795212000,1],[1795212015,2],[1795212030,3],[1795212045,4]]}]})";
  CHECK(told(kPairs, body) == "a: 2 3 4");
  CHECK(told(with(kPairs, {{"time_is", "start"}}), body) == "a: 1 2 3");
  const std::string fine = R"({"data":[{"host":"a","points":[
    [1795212005,2],[1795212010,null],[1795212015,4],[1795212020.5,9]]}]})";
  CHECK(told(kPairs, fine) == "a: 3 9 -");
  CHECK(told(with(kPairs, {{"combine", "sum"}}), fine) == "a: 6 9 -");
  CHECK(told(with(kPairs, {{"combine", "last"}}), fine) == "a: 4 9 -");
}

TEST_CASE("nothing is an answer and never 0: no series, no points, null, NaN") {
  CHECK(told(kPairs, R"({"data":[]})").empty());
  CHECK(told(kPairs, R"({"data":null})").empty());
  CHECK(told(kPairs, R"({"data":{}})").empty());
  CHECK(told(kPairs, R"({"data":[{"host":"a","points":[]}]})") == "a: - - -");
  CHECK(told(kPairs, R"({"data":[{"host":"a","points":null}]})") == "a: - - -");
  CHECK(
      told(kPairs, R"({"data":[{"host":"a","points":[[1795212015,null],[1795212030,"NaN"]]}]})") ==
      "a: - - -");
}

TEST_CASE("labels tell who it is, and series of one host apart") {
  const Settings labelled{{"series", "/data"}, {"labels", "/tags"}, {"points", "/points"}};
  const std::string body = R"({"data":[
    {"tags":{"pod":"a","zone":1},"points":[[1795212015,1]]},
    {"tags":{"pod":"a","zone":2},"points":[[1795212030,2]]}]})";
  CHECK(told(labelled, body, "pod") == "a: 1 - - | a: - 2 -");
  CHECK(told(labelled, body) ==
        "a series from api:8080 has no label 'host', which should name the host; it has pod and "
        "zone. Correct the metric's `host_label`, or point `host` at the host's name");
  CHECK(told(kPairs, R"({"data":[{"host":"a","points":[]},{"host":"a","points":[]}]})") ==
        misshapen("it has two series of 'a' that nothing tells apart; put them together at the "
                  "server, or point `labels` at what they differ in"));
}

TEST_CASE("an answer of another shape is refused with the pointer and what was found") {
  const auto why = [](const std::string& body) { return told(kPairs, body); };
  CHECK(why(R"({"data":)") == misshapen("it is not valid JSON, or was cut off"));
  CHECK(why("") == misshapen("it is not valid JSON, or was cut off"));
  CHECK(why(R"({"data":[{"host":"a","points":[[1795212015,NaN]]}]})") ==
        misshapen("it is not valid JSON, or was cut off"));
  CHECK(why(R"({"result":[],"ok":true})") ==
        misshapen("nothing stands at '/data'; there is an object with 'result' and 'ok'"));
  CHECK(why(R"({"data":"none"})") ==
        misshapen("at '/data' (`series`) stands the text 'none', and not a list of series, or an "
                  "object of them by host"));
  CHECK(why(R"({"data":[{"name":"a","points":[]}]})") ==
        misshapen("series 1: nothing stands at '/host'; there is an object with 'name' and "
                  "'points'"));
  CHECK(why(R"({"data":[{"host":null,"points":[]}]})") ==
        misshapen("series 1: at '/host' (`host`) stands null, and no host's name"));
  CHECK(why(R"({"data":[{"host":"a","points":5}]})") ==
        misshapen("series 1: at '/points' (`points`) stands the number 5, and not a list"));
  CHECK(why(R"({"data":[{"host":"a","points":[[1795212015]]}]})") ==
        misshapen("series 1: nothing stands at '/1'; there is a list of 1"));
  CHECK(why(R"({"data":[{"host":"a","points":[[1795212015,"fast"]]}]})") ==
        misshapen("series 1: the text 'fast' is not a number"));
  CHECK(why(R"({"data":[{"host":"a","points":[[1795212015,true]]}]})") ==
        misshapen("series 1: true is not a number"));
  CHECK(why(R"({"data":[{"host":"a","points":[[1795212015,1],[1795212015,1]]}]})") ==
        misshapen("series 1: it has two values at 2026-11-20T22:00:15Z"));
  CHECK(told({{"points", "#"}}, R"([[[1795212015,1]]])") ==
        misshapen("its series are a list, and neither `host` nor `labels` says whose they are"));
  CHECK(told({{"labels", "/l"}, {"points", "#"}}, R"([{"l":["a"]}])") ==
        misshapen("series 1: at '/l' (`labels`) stands a list of 1, and not an object"));
  CHECK(told({{"times", "/t"}, {"values", "/v"}}, R"({"a":{"t":[1795212015],"v":[1,2]}})") ==
        misshapen("series 'a': it has 1 time and 2 values; they belong together one by one"));
}

TEST_CASE("a time in another unit than was said is no time") {
  const std::string ms = R"({"data":[{"host":"a","points":[[1795212015000,1]]}]})";
  CHECK(told(kPairs, ms) ==
        misshapen("series 1: the number 1795212015000 is no time of this century in Unix seconds; "
                  "see `time_format`"));
  const std::string s = R"({"data":[{"host":"a","points":[["1795212015",1]]}]})";
  CHECK(told(with(kPairs, {{"time_format", "ms"}}), s) ==
        misshapen("series 1: the text '1795212015' is no time of this century in Unix "
                  "milliseconds; see `time_format`"));
  CHECK(told(with(kPairs, {{"time_format", "rfc3339"}}), s) ==
        misshapen("series 1: the text '1795212015' is no time of this century in RFC 3339; see "
                  "`time_format`"));
  CHECK(told(kPairs, R"({"data":[{"host":"a","points":[[null,1]]}]})") ==
        misshapen("series 1: null is no time of this century in Unix seconds; see `time_format`"));
}

TEST_CASE(
    "what stands at `error` makes the answer an error, unless it says that nothing is wrong") {
  const Settings watched = with(kPairs, {{"error", "/error"}});
  CHECK(told(watched, R"({"error":"no such metric","data":[]})") ==
        "api:8080 answered with an error (at '/error'): no such metric. The query was: lat");
  CHECK(told(watched, R"({"error":{"code":7}})") ==
        "api:8080 answered with an error (at '/error'): {\"code\":7}. The query was: lat");
  for (const char* fine : {"null", "false", "0", "\"\"", "[]", "{}"}) {
    CAPTURE(fine);
    CHECK(told(watched, fmt::format(R"({{"error":{},"data":[]}})", fine)).empty());
  }
  CHECK(told(watched, R"({"data":[]})").empty());
}

TEST_CASE("a part of the data is no answer") {
  CHECK(told(with(kPairs, {{"partial", "/partial"}}), R"({"partial":true,"data":[]})") ==
        "api:8080 has only a part of the data (at '/partial': true); nothing is judged on a part. "
        "The query was: lat");
  CHECK(told(with(kPairs, {{"partial", "/partial"}}), R"({"partial":false,"data":[]})").empty());
}

TEST_CASE("each status has a cause and a next step") {
  const auto status = [](int code, const std::string& body, Settings headers = {}) {
    return told(config_with(with(kPairs, {{"error", "/error"}})), {code, std::move(headers), body});
  };
  CHECK(status(401, R"({"error":"who?"})") ==
        "api:8080 does not know who asks (401: who?). Give the backend an `auth`, or `headers` "
        "with a key");
  CHECK(status(403, "no\nway") ==
        "api:8080 does not allow this query (403: no). Give the backend an `auth`, or `headers` "
        "with a key");
  CHECK(status(404, "") ==
        "api:8080 has nothing there (404: no text). Check `url` and `path`, and what the query "
        "names: lat");
  CHECK(status(429, "", {{"retry-after", "30"}}) ==
        "api:8080 takes no more requests for now (429, and asks to wait 30 s). Run fewer checks at "
        "a time, or have its limit raised");
  CHECK(status(500, R"({"error":"disk"})") ==
        "api:8080 failed (500: disk). Look at the server, and at what stands in front of it");
  CHECK(status(502, "<html>502</html>") ==
        "api:8080 failed (502: a web page, so a proxy or a login answered). Look at the server, "
        "and at what stands in front of it");
  CHECK(status(200, "<html>log in</html>") ==
        "api:8080 answered with a web page instead of JSON (200): a login page or a proxy "
        "answered. Check `url` and `auth`");
  CHECK(status(400, R"({"error":"bad q"})") ==
        "api:8080 answered 400, and only 200 brings numbers: bad q. Check what is sent (`method`, "
        "`path`, `query`, `body`), and the query: lat");
  CHECK(
      status(204, "").starts_with("api:8080 answered 204, and only 200 brings numbers: no text."));
}

TEST_CASE("credentials are sent, and named in a refusal without what they are") {
  FakeWorld others;
  const FakeVariables variables(std::map<std::string, std::string>{{"API_TOKEN", "t0k-secret"}});
  const Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  Config config = config_with(kPairs);
  config.set("auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, "API_TOKEN"}});
  others.http.expect("GET", kUrl, 401, "").headers = {{"Authorization", "Bearer t0k-secret"}};
  const RangeQuery query{"lat", kGrid, ""};
  const auto answer = http_json_backend().make(config, ports).value()->fetch({&query, 1}, 60s);
  REQUIRE_FALSE(answer.front().has_value());
  CHECK(answer.front().error().text ==
        "api:8080 does not know who asks (401: no text). Sent was `auth.bearer` from the "
        "environment variable API_TOKEN; check that it is right and still valid");
}

TEST_CASE("the whole request of a POST: path, body, headers, timeout, authority") {
  FakeWorld world;
  Config config;
  config.set("url", std::string("https://api/base"));
  config.set("method", std::string("POST"));
  config.set("path", std::string("/q?x=1"));
  config.set("query", std::map<std::string, std::string>{{"n", "{{points}}"}});
  config.set("body", std::string(R"({"q":"{{query}}","hosts":{{hosts}}})"));
  config.set("headers", std::map<std::string, TextOrSecret>{{"X-Team", "web"}});
  config.set("request_timeout", Duration(7s));
  config.set("ca", std::string("/etc/ca.pem"));
  config.set("host", std::string("/h"));
  config.set("points", std::string("/p"));
  const auto backend = http_json_backend().make(config, world.ports).value();
  REQUIRE(backend->watch({{{"c", {}}}, {{"b", {}}}, {}}, {}).has_value());
  world.http.expect("POST", "https://api/base/q?x=1&n=3", 200, "[]").body =
      R"({"q":"a\"b","hosts":["c","b"]})";
  const RangeQuery query{"a\"b", kGrid, ""};
  REQUIRE(backend->fetch({&query, 1}, 60s).front().has_value());
  const HttpRequest& sent = world.http.sent.at(0);
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Accept", "application/json"},
                                                         {"Content-Type", "application/json"},
                                                         {"X-Team", "web"}});
  CHECK(sent.timeout == 7s);
  CHECK(sent.ca_file == "/etc/ca.pem");
}

TEST_CASE("more points than a request may have are asked for in pieces and put together") {
  FakeWorld world;
  Config config = config_with(kPairs);
  config.set("max_points", std::int64_t{2});
  const std::string url = "http://api:8080/v1/series?from={}&q=lat&step=15&to={}";
  world.http.expect("GET", fmt::format(fmt::runtime(url), 1795212000, 1795212030), 200,
                    R"({"data":[{"host":"a","points":[[1795212015,1],[1795212030,2]]}]})");
  world.http.expect("GET", fmt::format(fmt::runtime(url), 1795212030, 1795212045), 200,
                    R"({"data":[{"host":"b","points":[[1795212045,9]]},
                                {"host":"a","points":[[1795212045,3]]}]})");
  const RangeQuery query{"lat", kGrid, ""};
  const auto answer =
      http_json_backend().make(config, world.ports).value()->fetch({&query, 1}, 60s);
  REQUIRE(answer.front().has_value());
  const auto& series = answer.front()->series;
  REQUIRE(series.size() == 2);
  CHECK(series[0].values == std::vector<double>{1, 2, 3});
  CHECK(std::isnan(series[1].values[0]));
  CHECK(series[1].values[2] == 9);
}

TEST_CASE("a query that fails is its own error; an answer that never came is one too") {
  FakeWorld world;
  const std::string other = "http://api:8080/v1/series?from=1795212000&q=x&step=15&to=1795212045";
  world.http.expect("GET", kUrl, 200, R"({"data":[]})");
  world.http.expect_error("GET", other, ErrorKind::timeout, "api:8080 did not answer in time");
  const std::vector<RangeQuery> queries = {{"lat", kGrid, ""}, {"x", kGrid, ""}};
  const auto answers =
      http_json_backend().make(config_with(kPairs), world.ports).value()->fetch(queries, 60s);
  CHECK(answers[0].has_value());
  REQUIRE_FALSE(answers[1].has_value());
  CHECK(answers[1].error().kind == ErrorKind::timeout);
  CHECK(answers[1].error().text == "api:8080 did not answer in time");
}

TEST_CASE("more numbers than fit in memory are refused before they are kept") {
  FakeWorld world;
  const auto backend = http_json_backend().make(config_with(kPairs), world.ports).value();
  const Grid huge{kStart, 1s, 30'000'000};
  const std::string url = "http://api:8080/v1/series?from=1795212000&q=lat&step=1&to=1825212000";
  world.http.expect("GET", url, 200,
                    R"({"data":[{"host":"a","points":[]},{"host":"b","points":[]}]})");
  const RangeQuery query{"lat", huge, ""};
  const auto answer = backend->fetch({&query, 1}, 60s);
  REQUIRE_FALSE(answer.front().has_value());
  CHECK(answer.front().error().text ==
        misshapen("series 2: it has more series than canarygate takes; ask for fewer"));
}

TEST_CASE("settings that cannot be are refused with what is possible") {
  CHECK(refused(Settings{}) ==
        "a backend of type http_json needs `points` (a list of points with time and value), or "
        "`values` with `times` or `shared_times` (two lists side by side)");
  CHECK(refused({{"values", "/v"}}) ==
        "`values` needs `times` (in each series) or `shared_times` (one for all)");
  CHECK(refused({{"values", "/v"}, {"times", "/t"}, {"shared_times", "/t"}}) ==
        "`times` and `shared_times` exclude each other; keep one of them");
  CHECK(refused({{"points", "/p"}, {"times", "/t"}}) ==
        "`points` and `times` exclude each other; keep one of them");
  CHECK(refused({{"values", "/v"}, {"times", "/t"}, {"value", "/v"}}) ==
        "`value` is a place in a point of `points`; with `values` it has no meaning");
  CHECK(refused({{"points", "data.points"}}) ==
        "`points`: 'data.points' is no JSON pointer (RFC 6901); they look like /data/series, # is "
        "the whole");
  CHECK(refused(with(kPairs, {{"body", "{}"}})) == "`body` is only sent with `method: POST`");
  CHECK(refused(with(kPairs, {{"path", "/{{host}}"}}))
            .starts_with("`path`: unknown variable {{host}}; there are query, from_s,"));
  Config config = config_with(kPairs);
  config.set("query", std::map<std::string, std::string>{{"from", "{{from_s}}"}});
  CHECK(refused(config) ==
        "none of `path`, `query` and `body` has {{query}} in it, so each metric would be answered "
        "alike; put it where the server wants the query");
  config = config_with(kPairs);
  config.set("max_points", std::int64_t{0});
  CHECK(refused(config) == "`max_points` must be above 0");
  config = config_with(kPairs);
  config.set("scrape_interval", Duration(0));
  CHECK(refused(config) == "`scrape_interval` must be longer than 0s");
}

TEST_CASE("what the gate may ask of the http_json backend") {
  const FakeWorld world;
  Config config = config_with(kPairs);
  auto backend = http_json_backend().make(config, world.ports).value();
  CHECK(backend->dialect() == QueryDialect::none);
  CHECK(backend->default_host_label() == "host");
  CHECK(backend->scrape_interval() == 15s);
  CHECK(backend->settle() == 15s);
  config.set("scrape_interval", Duration(60s));
  CHECK(http_json_backend().make(config, world.ports).value()->settle() == 60s);
  config.set("settle", Duration(0));
  CHECK(http_json_backend().make(config, world.ports).value()->settle() == 0s);
}
