/// What only some of the servers that speak Prometheus' API want.
#include <doctest/doctest.h>

#include "checks/metrics/prometheus.h"
#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{1'795'212'000s};
const std::string kUrl = "http://prom:9090/api/v1/query_range?query=";

std::string matrix(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"matrix","result":[)" + series + "]}}";
}

Config config_with(const std::string& key, ConfigValue value) {
  Config config;
  config.set("urls", std::vector<std::string>{"http://prom:9090"});
  config.set(key, std::move(value));
  return config;
}

RangeQuery query(const std::string& text, TimePoint start = kStart) {
  return {text, {start, 15s, 3}, ""};
}

}  // namespace

TEST_CASE("nothing at all under a tenant may be the tenant's name, unless other times have it") {
  FakeWorld world;
  const Config config =
      config_with("headers", std::map<std::string, TextOrSecret>{{"X-Scope-OrgID", "team-b"}});
  const std::vector<RangeQuery> asked = {query("rate(x[1m])"), query("rate(y[1m])"),
                                         query("rate(y[1m])", kStart - 45s)};
  const std::string now = "&start=1795212015&end=1795212045&step=15&nocache=1";
  const std::string before = "&start=1795211970&end=1795212000&step=15&nocache=1";
  world.http.expect("GET", kUrl + "rate%28x%5B1m%5D%29" + now, 200, matrix(""));
  world.http.expect("GET", kUrl + "rate%28y%5B1m%5D%29" + now, 200, matrix(""));
  world.http.expect("GET", kUrl + "rate%28y%5B1m%5D%29" + before, 200,
                    matrix(R"({"metric":{"instance":"a"},"values":[[1795212000,"1"]]})"));
  const auto answers = prometheus_backend().make(config, world.ports).value()->fetch(asked, 60s);
  REQUIRE(answers[0].has_value());
  CHECK(answers[0]->warnings ==
        std::vector<std::string>{
            "prom:9090 has nothing at all for this query: there is no such data, or the tenant in "
            "`headers` (X-Scope-OrgID) is not the one that has it: rate(x[1m])"});
  CHECK(answers[1].value().warnings.empty());
}

TEST_CASE("parameters of the server's own are sent with each query, Thanos' for example") {
  FakeWorld world;
  const Config config = config_with(
      "parameters",
      std::map<std::string, std::string>{{"partial_response", "false"}, {"dedup", "true"}});
  const RangeQuery asked = query("rate(x[1m])");
  world.http.expect("GET",
                    kUrl +
                        "rate%28x%5B1m%5D%29&start=1795212015&end=1795212045&step=15&nocache=1"
                        "&dedup=true&partial_response=false",
                    200, matrix(""));
  const auto backend = prometheus_backend().make(config, world.ports).value();
  CHECK(backend->fetch({&asked, 1}, 60s).front().has_value());
}

TEST_CASE("parameters that canarygate sends itself are refused") {
  const FakeWorld world;
  const Config config =
      config_with("parameters", std::map<std::string, std::string>{{"step", "5"}});
  const auto made = prometheus_backend().make(config, world.ports);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().kind == ErrorKind::definition);
  CHECK(made.error().text == "`parameters`: `step` is canarygate's own to send; take it out");
}
