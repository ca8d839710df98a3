#include "checks/metrics/prometheus.h"

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
const std::string kServer = "http://prom:9090";
const std::string kSuccess = R"({"status":"success","data":{"resultType":"matrix","result":[)";

Config config_with(const std::string& key, ConfigValue value) {
  Config config;
  config.set("urls", std::vector<std::string>{kServer});
  config.set(key, std::move(value));
  return config;
}

std::unique_ptr<MetricsBackend> backend(const Ports& ports, const Config& config) {
  auto made = prometheus_backend().make(config, ports);
  REQUIRE(made.has_value());
  return std::move(*made);
}
std::unique_ptr<MetricsBackend> backend(const Ports& ports) {
  return backend(ports, config_with("scrape_interval", Duration(15s)));
}

RangeQuery query(const std::string& text, Grid grid = {kStart, 15s, 3}) { return {text, grid, ""}; }

/// Where a query on a range selector (which is sent as it is) is asked for.
std::string url_of(const std::string& text, const Grid& grid, const std::string& server = kServer) {
  const auto seconds = [](TimePoint time) {
    return std::to_string(time.time_since_epoch().count() / 1000);
  };
  return server + "/api/v1/query_range?" +
         form_encode({{"query", text},
                      {"start", seconds(grid.start + grid.step)},
                      {"end", seconds(grid.start + grid.points * grid.step)},
                      {"step", std::to_string(grid.step.count() / 1000)},
                      {"nocache", "1"}});
}

/// One query with the usual grid, answered with `body`.
struct Asked : Answered {
  explicit Asked(const std::string& body) : Asked(200, body) {}
  Asked(int status, const std::string& body, std::map<std::string, std::string> headers = {}) {
    const RangeQuery asked = query("rate(x[1m])");
    world.http.expect("GET", url_of(asked.text, asked.grid), status, body, std::move(headers));
    answer = backend(world.ports)->fetch({&asked, 1}, 60s).front();
  }
  explicit Asked(const HttpResponse& response)
      : Asked(response.status, response.body, response.headers) {}
};

std::string series(const std::string& values, const std::string& labels = R"("instance":"a")") {
  return fmt::format(R"({{"metric":{{{}}},"values":[{}]}})", labels, values);
}

bool missing(double value) { return std::isnan(value); }

}  // namespace

TEST_CASE("the whole request is as the API wants it: start+step to end, and the credentials") {
  FakeWorld others;
  const FakeVariables variables(std::map<std::string, std::string>{{"PROM_TOKEN", "t0k"}});
  const Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  Config config =
      config_with("auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, "PROM_TOKEN"}});
  config.set("headers", std::map<std::string, TextOrSecret>{{"X-Scope-OrgID", "web"}});
  config.set("request_timeout", Duration(7s));
  config.set("ca", std::string("/etc/ca.pem"));
  others.http.expect("GET",
                     "http://prom:9090/api/v1/query_range?query=rate%28x%5B1m%5D%29"
                     "&start=1795212015&end=1795212060&step=15&nocache=1",
                     200, kSuccess + "]}}");
  const RangeQuery asked = query("rate(x[1m])", {kStart, 15s, 4});
  const auto answers = backend(ports, config)->fetch({&asked, 1}, 60s);

  REQUIRE(answers.size() == 1);
  REQUIRE(answers[0].has_value());
  CHECK(answers[0]->series.empty());
  const HttpRequest& sent = others.http.sent.at(0);
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Accept", "application/json"},
                                                         {"X-Scope-OrgID", "web"},
                                                         {"Authorization", "Bearer t0k"}});
  CHECK(sent.body.empty());
  CHECK(sent.timeout == 7s);
  CHECK(sent.ca_file == "/etc/ca.pem");
}

TEST_CASE("times and steps that are no whole seconds are sent to the millisecond") {
  FakeWorld world;
  const RangeQuery asked = query("rate(x[1m])", {kStart + 250ms, 500ms, 2});
  world.http.expect("GET",
                    "http://prom:9090/api/v1/query_range?query=rate%28x%5B1m%5D%29"
                    "&start=1795212000.750&end=1795212001.250&step=0.500&nocache=1",
                    200, kSuccess + series(R"([1795212000.75,"1"],[1795212001.25,"2"])") + "]}}");
  const auto answers = backend(world.ports)->fetch({&asked, 1}, 60s);
  REQUIRE(answers[0].has_value());
  CHECK(answers[0]->series.at(0).values == std::vector<double>{1, 2});
}

TEST_CASE("instant selectors are asked for with freshness: two scrapes, or the longer step") {
  for (const auto& [step, window] : {std::pair(15s, "29999ms"), std::pair(60s, "59999ms")}) {
    FakeWorld world;
    const RangeQuery asked = query("up", {kStart, step, 2});
    const std::string sent = fmt::format("(up and last_over_time(up[{}]))", window);
    world.http.expect("GET", url_of(sent, asked.grid), 200, kSuccess + "]}}");
    CHECK(backend(world.ports)->fetch({&asked, 1}, 60s)[0].has_value());
  }
}

TEST_CASE("a query that we cannot read is sent as it is, and the report says what that means") {
  FakeWorld world;
  const RangeQuery asked = query("WITH (x = up) x");
  world.http.expect("GET", url_of(asked.text, asked.grid), 200, kSuccess + "]}}");
  const auto answers = backend(world.ports)->fetch({&asked, 1}, 60s);
  REQUIRE(answers[0].has_value());
  CHECK(answers[0]->warnings ==
        std::vector<std::string>{"canarygate cannot read this query itself, so a series that "
                                 "stopped may look alive for five minutes: WITH (x = up) x"});
}

TEST_CASE("the ends of the range, which differ from request to request, are refused") {
  FakeWorld world;
  const RangeQuery asked = query("up @ end()");
  const auto answers = backend(world.ports)->fetch({&asked, 1}, 60s);
  REQUIRE_FALSE(answers[0].has_value());
  CHECK(answers[0].error().kind == ErrorKind::definition);
  CHECK(answers[0].error().text ==
        "`@ start()` and `@ end()` mean another moment in each request; use `offset`, or leave "
        "them out: up @ end()");
}

TEST_CASE("a query too long for a URL is posted as a form") {
  FakeWorld world;
  const std::string hosts(1900, 'h');
  const RangeQuery asked = query("rate(x{instance=~\"" + hosts + "\"}[1m])");
  auto& expected =
      world.http.expect("POST", "http://prom:9090/api/v1/query_range", 200, kSuccess + "]}}");
  expected.body = "query=rate%28x%7Binstance%3D~%22" + hosts +
                  "%22%7D%5B1m%5D%29&start=1795212015&end=1795212045&step=15&nocache=1";
  expected.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  CHECK(backend(world.ports)->fetch({&asked, 1}, 60s)[0].has_value());
}

TEST_CASE("11,000 points are one request; one more makes two, stitched together") {
  for (const std::int64_t points : {11'000, 11'001}) {
    FakeWorld world;
    const RangeQuery asked = query("rate(x[1m])", {kStart, 15s, points});
    const TimePoint edge = kStart + 11'000 * Duration(15s);
    const auto at = [](TimePoint time, int value) {
      return fmt::format("[{},\"{}\"]", time.time_since_epoch().count() / 1000, value);
    };
    world.http.expect("GET", url_of(asked.text, {kStart, 15s, 11'000}), 200,
                      kSuccess + series(at(kStart + 15s, 1) + "," + at(edge, 2)) + "]}}");
    if (points > 11'000) {
      world.http.expect("GET", url_of(asked.text, {edge, 15s, 1}), 200,
                        kSuccess + series(at(edge + 15s, 3)) + "," +
                            series(at(edge + 15s, 4), R"("instance":"b")") + "]}}");
    }
    const auto answers = backend(world.ports)->fetch({&asked, 1}, 60s);
    REQUIRE(answers[0].has_value());
    const auto& found = answers[0]->series;
    REQUIRE(found.size() == (points > 11'000 ? 2 : 1));
    REQUIRE(found[0].values.size() == static_cast<std::size_t>(points));
    CHECK(found[0].values[0] == 1);
    CHECK(missing(found[0].values[1]));
    CHECK(found[0].values[10'999] == 2);
    if (points > 11'000) {
      CHECK(found[0].values[11'000] == 3);
      CHECK(found[1].host == "b");
      CHECK(missing(found[1].values[10'999]));
      CHECK(found[1].values[11'000] == 4);
    }
  }
}

TEST_CASE("a recorded matrix of Prometheus 2.42: NaN and infinities are missing, 1e-09 is not") {
  FakeWorld world;
  const HttpResponse recorded = fixture("prometheus-2.42/query_range_nan_inf.json");
  RangeQuery asked = query("rate(weird[1m])", {TimePoint(1'795'212'853s), 15s, 9});
  asked.host_label = "kind";
  world.http.expect("GET", url_of(asked.text, asked.grid), 200, recorded.body);
  const auto answers = backend(world.ports)->fetch({&asked, 1}, 60s);
  REQUIRE(answers[0].has_value());
  REQUIRE(answers[0]->series.size() == 1);
  const Series& found = answers[0]->series[0];
  CHECK(found.host == "nan");
  CHECK(found.labels == std::map<std::string, std::string>{{"__name__", "weird"}, {"kind", "nan"}});
  REQUIRE(found.values.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) {
    CAPTURE(i);
    if (i == 3 || i == 7) {
      CHECK(found.values[i] == 1e-9);
    } else {
      CHECK(missing(found.values[i]));
    }
  }
}

TEST_CASE("recorded matrices of Prometheus 3.5, VictoriaMetrics and Cortex are read alike") {
  struct Case {
    std::string file;
    Grid grid;
    std::string host_label;
    std::size_t series;
  };
  const std::vector<Case> cases = {
      {"prometheus-3.5/range.json", {TimePoint(1'795'214'791s), 5s, 3}, "instance", 3},
      {"victoriametrics-1.112/range.json", {TimePoint(1'795'214'280s), 10s, 7}, "__name__", 2},
      {"cortex-1.21/range_tenant_a.json", {TimePoint(1'795'215'102s), 5s, 3}, "instance", 3}};
  for (const Case& one : cases) {
    CAPTURE(one.file);
    FakeWorld world;
    RangeQuery asked = query("rate(x[1m])", one.grid);
    asked.host_label = one.host_label;
    world.http.expect("GET", url_of(asked.text, asked.grid), 200, fixture(one.file).body);
    const auto answers = backend(world.ports)->fetch({&asked, 1}, 60s);
    REQUIRE(answers[0].has_value());
    CHECK(answers[0]->series.size() == one.series);
  }
}

TEST_CASE("an empty answer is an answer: Prometheus and Cortex do not know what should be there") {
  const Asked empty(kSuccess + "]}}");
  REQUIRE(empty.answer.has_value());
  CHECK(empty.answer->series.empty());
  CHECK(empty.answer->warnings.empty());
}

TEST_CASE("the keys of the reply may come in any order, and more than we know") {
  const Asked asked(
      R"({"stats":{"a":[1,{}]},"data":{"result":[{"values":[[1795212015,"5"]],"x":null,)"
      R"("metric":{"instance":"a"}}],"resultType":"matrix"},"isPartial":false,"infos":null,)"
      R"("warnings":[],"status":"success"})");
  REQUIRE(asked.answer.has_value());
  CHECK(asked.answer->series.at(0).values.at(0) == 5);
}

TEST_CASE("numbers are read as Go writes them") {
  const std::vector<std::pair<std::string, double>> cases = {
      {"0", 0},
      {"-0.41", -0.41},
      {"1e-09", 1e-9},
      {"1.5e+06", 1.5e6},
      {"+2", 2},
      {"NaN", NAN},
      {"+Inf", NAN},
      {"-Inf", NAN},
      {"1e400", NAN},
      {"", NAN},
      {"1e-400", 0},
      {"4.9e-324", 4.9e-324},
      {"1.7976931348623157e+308", 1.7976931348623157e308}};
  for (const auto& [text, value] : cases) {
    CAPTURE(text);
    const Asked asked(kSuccess + series("[1795212015,\"" + text + "\"]") + "]}}");
    REQUIRE(asked.answer.has_value());
    const double read = asked.answer->series.at(0).values.at(0);
    if (std::isnan(value)) {
      CHECK(missing(read));
    } else {
      CHECK(read == value);
    }
  }
}

TEST_CASE("what is malformed is refused with the server's name and what is wrong") {
  const std::string shape = "its JSON has another shape";
  const std::string broken = "it is not valid JSON, or was cut off";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", broken},
      {"[]", shape},
      {"{", broken},
      {kSuccess, broken},
      {kSuccess + series("[1795212015,\"1\"]"), broken},
      {kSuccess + series("[1795212015,\"1\"]") + "]}", broken},
      {R"({"status":"success"})", "its resultType is '' and not matrix"},
      {R"({"status":"success","data":{"resultType":"vector","result":[]}})",
       "its resultType is 'vector' and not matrix"},
      {R"({"data":{"resultType":"matrix","result":[]}})", "its `status` is not success"},
      {R"({"status":"error","status":"success","data":{"resultType":"matrix","result":[]}})",
       "its `status` is not success"},
      {R"({"errorType":"execution","error":"x",)" + kSuccess.substr(1) + "]}}",
       "it has an error beside its data"},
      {kSuccess + series("[1795212015,\"1\",2]") + "]}}", "a sample is not a pair"},
      {kSuccess + series("[1795212015]") + "]}}", "a sample is not a pair"},
      {kSuccess + series("[1795212015,\"1x\"]") + "]}}", "'1x' is not a number"},
      {kSuccess + series("[1795212015,\" 1\"]") + "]}}", "' 1' is not a number"},
      {kSuccess + series("[1795212015,1]") + "]}}", shape},
      {kSuccess + series("[1795212015,null]") + "]}}", shape},
      {kSuccess + series("[\"1795212015\",\"1\"]") + "]}}", shape},
      {kSuccess + series("[1795212030,\"1\"],[1795212015,\"1\"]") + "]}}",
       "the times of a series do not ascend"},
      {kSuccess + series("[1795212015,\"1\"],[1795212015,\"1\"]") + "]}}",
       "the times of a series do not ascend"},
      {kSuccess + R"({"metric":{},"histograms":[[1795212015,{"count":"1"}]]}]}})",
       "it has native histograms, not numbers; use histogram_quantile, histogram_count or another "
       "function of them"},
  };
  for (const auto& [body, complaint] : cases) {
    CAPTURE(body);
    const Asked asked(body);
    CHECK(asked.error() == "prom:9090 did not answer as a Prometheus does: " + complaint +
                               ". Check `urls` and what stands in front of the server");
  }
}

TEST_CASE("a point that was not asked for is refused: before, after, between") {
  for (const std::string time :
       {"1795212000", "1795212060", "1795212016", "1795212015.001", "-1", "1e300"}) {
    CAPTURE(time);
    const Asked asked(kSuccess + series("[" + time + ",\"1\"]") + "]}}");
    CHECK(asked.error().find("it has times that were not asked for") != std::string::npos);
  }
}

TEST_CASE("the same series twice in one answer is refused") {
  const Asked asked(kSuccess + series("[1795212015,\"1\"]") + "," + series("[1795212030,\"1\"]") +
                    "]}}");
  CHECK(asked.error() ==
        "prom:9090 sent the same series twice, or more series than canarygate takes; aggregate by "
        "host");
}

TEST_CASE("more series than fit are refused before they fill the memory") {
  FakeWorld world;
  const RangeQuery asked = query("rate(x[1m])", {kStart, 15s, 11'000});
  std::string rows;
  for (int i = 0; i < 5000; ++i) {
    rows += (i == 0 ? "" : ",") + series("", fmt::format(R"("instance":"{}")", i));
  }
  world.http.expect("GET", url_of(asked.text, asked.grid), 200, kSuccess + rows + "]}}");
  const auto answers = backend(world.ports)->fetch({&asked, 1}, 60s);
  REQUIRE_FALSE(answers[0].has_value());
  CHECK(answers[0].error().text.find("more series than canarygate takes") != std::string::npos);
}

TEST_CASE("series without the host's label are an error where none has it, else a warning") {
  const Asked none(kSuccess + series("[1795212015,\"1\"]", R"("job":"web","pod":"p")") + "]}}");
  CHECK(none.error() ==
        "the only series from prom:9090 has no label 'instance', which should name the host (one "
        "has: "
        "job and pod). Aggregate `by (instance)`, or set `host_label` to the label that does");
  const Asked some(kSuccess + series("[1795212015,\"1\"]", "") + "," +
                   series("[1795212015,\"2\"]") + "]}}");
  REQUIRE(some.answer.has_value());
  CHECK(some.answer->series.size() == 1);
  CHECK(some.answer->warnings ==
        std::vector<std::string>{
            "1 of 2 series from prom:9090 has no label 'instance', which should name the host, nor "
            "any "
            "other. Aggregate `by (instance)`, or set `host_label` to the label that does"});
}

TEST_CASE("remarks on the query itself are passed on, each once") {
  const Asked asked(kSuccess + R"j(]},"warnings":["PromQL warning: quantile out of range (1:10)",)j"
                               R"j("PromQL warning: quantile out of range (1:10)"],)j"
                               R"j("infos":["PromQL info: metric might not be a counter"]})j");
  REQUIRE(asked.answer.has_value());
  CHECK(asked.answer->warnings ==
        std::vector<std::string>{"PromQL warning: quantile out of range (1:10)",
                                 "PromQL info: metric might not be a counter"});
}

TEST_CASE("a part of the data is no answer: other warnings, and isPartial") {
  const Asked warned(kSuccess + R"(]},"warnings":["fetch series: store-3 is down"]})");
  CHECK(warned.error() ==
        "prom:9090 has only a part of the data: fetch series: store-3 is down. Look at its stores; "
        "nothing is judged on a part");
  const Asked partial(R"({"status":"success","isPartial":true,"data":{"resultType":"matrix",)"
                      R"("result":[]}})");
  CHECK(partial.error() ==
        "prom:9090 has only a part of the data: isPartial is true. Look at its stores; nothing is "
        "judged on a part");
}

TEST_CASE("a part of the data from one server sends us to the next") {
  FakeWorld world;
  Config config;
  config.set("urls", std::vector<std::string>{"http://a", "http://b"});
  const RangeQuery asked = query("rate(x[1m])");
  world.http.expect("GET", url_of(asked.text, asked.grid, "http://a"), 200,
                    kSuccess + series("[1795212015,\"1\"]") + R"(]},"warnings":["no store"]})");
  world.http.expect("GET", url_of(asked.text, asked.grid, "http://b"), 200,
                    kSuccess + series("[1795212015,\"2\"]") + "]}}");
  const auto answers = backend(world.ports, config)->fetch({&asked, 1}, 60s);
  REQUIRE(answers[0].has_value());
  CHECK(answers[0]->series.at(0).values.at(0) == 2);
  CHECK(answers[0]->warnings.empty());
}

TEST_CASE("the error gives every server's reason when none could answer") {
  FakeWorld world;
  Config config;
  config.set("urls", std::vector<std::string>{"http://a", "http://b"});
  const RangeQuery asked = query("rate(x[1m])");
  world.http.expect_error("GET", url_of(asked.text, asked.grid, "http://a"), ErrorKind::backend,
                          "a: cannot connect");
  world.http.expect("GET", url_of(asked.text, asked.grid, "http://b"), 500, "boom");
  const auto answers = backend(world.ports, config)->fetch({&asked, 1}, 60s);
  REQUIRE_FALSE(answers[0].has_value());
  CHECK(
      answers[0].error().text ==
      "none of the 2 servers could answer: a: cannot connect; b answered 500: boom. Check `urls`, "
      "`headers` and what stands in front of the server");
}

TEST_CASE("several queries go out at once; each has its own answer or error") {
  FakeWorld world;
  const std::vector<RangeQuery> asked = {query("rate(a[1m])"), query("rate(b[1m])"),
                                         query("rate(c[1m])")};
  world.http.expect("GET", url_of(asked[0].text, asked[0].grid), 200,
                    kSuccess + series("[1795212015,\"1\"]") + "]}}");
  world.http.expect("GET", url_of(asked[1].text, asked[1].grid), 400,
                    R"({"status":"error","errorType":"bad_data","error":"no"})");
  world.http.expect("GET", url_of(asked[2].text, asked[2].grid), 200,
                    kSuccess + series("[1795212015,\"3\"]") + "]}}");
  const auto answers = backend(world.ports)->fetch(asked, 60s);
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]->series.at(0).values.at(0) == 1);
  CHECK_FALSE(answers[1].has_value());
  CHECK(answers[2]->series.at(0).values.at(0) == 3);
}

TEST_CASE("a missing secret is an error of its kind, before anything is sent") {
  FakeWorld world;
  const Config config =
      config_with("auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, "NOPE"}});
  const RangeQuery asked = query("up");
  const auto answers = backend(world.ports, config)->fetch({&asked, 1}, 60s);
  REQUIRE_FALSE(answers[0].has_value());
  CHECK(answers[0].error().kind == ErrorKind::secret);
}

TEST_CASE("a backend without a server, or without time between samples, is not made") {
  FakeWorld world;
  CHECK(prometheus_backend().make(Config(), world.ports).error().text ==
        "a backend of type prometheus needs `urls`");
  const Config zero = config_with("scrape_interval", Duration(0));
  CHECK(prometheus_backend().make(zero, world.ports).error().text ==
        "`scrape_interval` must be longer than 0s");
}

TEST_CASE("what the gate may ask of the backend") {
  FakeWorld world;
  const auto made = backend(world.ports, config_with("scrape_interval", Duration(30s)));
  CHECK(made->dialect() == QueryDialect::promql);
  CHECK(made->default_host_label() == "instance");
  CHECK(made->scrape_interval() == 30s);
  CHECK(made->settle() == 30s);
}
