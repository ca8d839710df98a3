#include "checks/import/promql_per_host.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/definition/query_faults.h"

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

Result<PerHostQuery, std::string> rewritten(const std::string& query,
                                            Several several = Several::natural) {
  const auto root = promql::outline(with_stand_ins(query));
  REQUIRE(root.has_value());
  return per_host(query, *root, several);
}

std::string query_of(const std::string& query, Several several = Several::natural) {
  const auto result = rewritten(query, several);
  return result ? result->query : "refused: " + result.error();
}

std::string scale_reason(const std::string& query) {
  const auto result = rewritten(query);
  return result ? result->other_scale : "refused: " + result.error();
}

}  // namespace

TEST_CASE("a sum over all hosts becomes one a host") {
  CHECK(query_of("sum(rate(x[5m]))") ==
        "sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[{{rate_window}}]))");
  CHECK(query_of("sum (rate(x{job=\"api\"}[5m])) by (job)") ==
        "sum (rate(x{instance=~\"{{hosts}}\",job=\"api\"}[{{rate_window}}])) by (instance)");
  CHECK(query_of("sum by (job) (x{}) / sum by (job) (y)") ==
        "sum by (instance) (x{instance=~\"{{hosts}}\"}) / "
        "sum by (instance) (y{instance=~\"{{hosts}}\"})");
  CHECK(query_of("sum by (job)(x) / on(job) sum by (job)(y)") ==
        "sum by (instance)(x{instance=~\"{{hosts}}\"}) / on (instance) "
        "sum by (instance)(y{instance=~\"{{hosts}}\"})");
  CHECK(query_of("histogram_quantile(0.99, sum by (le) (rate(b_bucket[5m])))") ==
        "histogram_quantile(0.99, sum by (instance, le) "
        "(rate(b_bucket{instance=~\"{{hosts}}\"}[{{rate_window}}])))");
  CHECK(query_of("sum without (instance, code) (x)") ==
        "avg by (instance) (sum without (code) (x{instance=~\"{{hosts}}\"}))");
}

TEST_CASE("where labels differ the host's is added, and one series a host is made of them") {
  CHECK(query_of("sum by (job, code) (x) / ignoring (code) group_left sum by (job) (y)",
                 Several::max) ==
        "max by (instance) (sum by (job, code, instance) (x{instance=~\"{{hosts}}\"}) / ignoring "
        "(code) group_left sum by (job, instance) (y{instance=~\"{{hosts}}\"}))");
  CHECK(query_of("x > bool 5") == "avg by (instance) (x{instance=~\"{{hosts}}\"} > bool 5)");
  CHECK(query_of("rate(x[1m])", Several::natural) ==
        "sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[{{rate_window}}]))");
  CHECK(query_of("rate(x[1m]) / rate(y[1m])").starts_with("avg by (instance) ("));
  CHECK(query_of("x", Several::min) == "min by (instance) (x{instance=~\"{{hosts}}\"})");
  CHECK(query_of("2 * on () sum(a)") == "2 * on () sum by (instance) (a{instance=~\"{{hosts}}\"})");
  CHECK(query_of("a / on (device) b") ==
        "avg by (instance) (a{instance=~\"{{hosts}}\"} / on (device, instance) "
        "b{instance=~\"{{hosts}}\"})");
}

TEST_CASE("what tells hosts already is kept") {
  CHECK(query_of("sum by (instance) (x{instance=~\"web-.*\"})") ==
        "sum by (instance) (x{instance=~\"{{hosts}}\"})");
  CHECK(query_of("sum by (instance) (x{instance!=\"web-1\"})") ==
        "sum by (instance) (x{instance=~\"{{hosts}}\",instance!=\"web-1\"})");
  const auto pods = rewritten("sum by (pod) (rate(x{namespace=\"web\", pod=~\"a.*\"}[5m]))");
  REQUIRE(pods.has_value());
  CHECK(pods->host_label == "pod");
  CHECK(pods->query ==
        "sum by (pod) (rate(x{namespace=\"web\", pod=~\"{{hosts}}\"}[{{rate_window}}]))");
  CHECK(query_of("sum(x{pod=~\"web-.*\"})") == "sum by (pod) (x{pod=~\"{{hosts}}\"})");
  CHECK(query_of("sum(x{host=\"shop.example.com\"})") ==
        "sum by (instance) (x{instance=~\"{{hosts}}\",host=\"shop.example.com\"})");
  const auto asked = rewritten("sum(x{server=~\"{{hosts}}\"})");
  REQUIRE(asked.has_value());
  CHECK(asked->host_label == "server");
  CHECK(asked->query == "sum by (server) (x{server=~\"{{hosts}}\"})");
}

TEST_CASE("only ranges of rates are replaced; of the others the longest is told") {
  const auto result =
      rewritten("max by (instance) (max_over_time(x[10m]) + increase(y[5m]) + z[1m:30s])");
  REQUIRE(result.has_value());
  CHECK(result->query ==
        "max by (instance) (max_over_time(x{instance=~\"{{hosts}}\"}[10m]) + "
        "increase(y{instance=~\"{{hosts}}\"}[{{rate_window}}]) + "
        "z{instance=~\"{{hosts}}\"}[1m:30s])");
  CHECK(result->longest_range == 10min);
  CHECK(query_of("avg_over_time(x[1h])") ==
        "refused: it reads back over [1h], further than a deploy is watched");
  CHECK(query_of("avg_over_time(x[5q])") == "refused: the range [5q] is none");
}

TEST_CASE("what picks series or fills gaps is left out") {
  CHECK(query_of("topk(5, sum by (instance) (x))") ==
        "(sum by (instance) (x{instance=~\"{{hosts}}\"}))");
  CHECK(query_of("sum(x) or vector(0)") == "sum by (instance) (x{instance=~\"{{hosts}}\"})");
  const auto result = rewritten("sum(x) or on() vector(0)");
  REQUIRE(result.has_value());
  CHECK(result->notes ==
        std::vector<std::string>{"`or vector(…)` is left out: what is not there is no number",
                                 "`sum` was over all hosts"});
}

TEST_CASE("what cannot be told for one host is refused") {
  CHECK(query_of("absent(x)") ==
        "refused: `absent` is about series that are not there; canarygate itself fails a canary "
        "that falls silent");
  CHECK(query_of("predict_linear(x[5m], 3600)") == "refused: `predict_linear` is a forecast");
  CHECK(query_of("x / scalar(y)") == "refused: `scalar` has no hosts");
  CHECK(query_of("count_values(\"v\", x)") == "refused: `count_values` has no hosts");
  CHECK(query_of("x unless y") == "refused: `unless` makes one series of several queries'");
  CHECK(query_of("count(x > 5)") == "refused: `>` within it leaves series out");
  CHECK(query_of("x - x offset 1h") ==
        "refused: it reads another time (`offset` or `@`); canarygate itself compares with the "
        "baseline and with the past");
  CHECK(query_of("rate(x[5m] offset 1h)").starts_with("refused: it reads another time"));
  CHECK(query_of("x / on () group_left topk(1, y)") ==
        "refused: `topk` picks series for `group_left`");
  CHECK(query_of("time() - 5") == "refused: it reads no series");
  CHECK(query_of("label_replace(x, \"instance\", \"$1\", \"b\", \"(.*)\")") ==
        "refused: `label_replace` makes the label `instance`, which names the host, of another "
        "one");
}

TEST_CASE("a limit stays one only where a host's value is as large as the service's") {
  CHECK(scale_reason("sum(a) / sum(b)").empty());
  CHECK(scale_reason("avg(a)").empty());
  CHECK(scale_reason("sum by (instance) (a)").empty());
  CHECK(scale_reason("sum(increase(a[5m])) / sum(increase(b[5m]))").empty());
  CHECK(scale_reason("100 * (1 - sum(a) / sum(b))").empty());
  CHECK(scale_reason("histogram_quantile(0.9, sum by (le) (rate(b[5m])))").empty());
  CHECK(scale_reason("sum(a)") == "it was about all hosts together, and this is about each");
  CHECK(scale_reason("sum(rate(a[5m])) * 60") ==
        "it was about all hosts together, and this is about each");
  CHECK(scale_reason("sum(a) / avg(b)") ==
        "it was about all hosts together, and this is about each");
  CHECK(scale_reason("sum by (instance) (increase(a[5m]))") ==
        "it counted over [5m], and this counts over [{{rate_window}}]");
  CHECK(scale_reason("sum(a) + avg(b)") == "it mixes what adds up over hosts with what does not");
  CHECK(scale_reason("sum(a) + 1") == "it mixes what adds up over hosts with what does not");
}

TEST_CASE(
    "failures that have not happened yet are none, where all of the same metric are counted") {
  CHECK(
      query_of("100 * sum(rate(x{c=\"5\"}[5m])) / sum(rate(x[5m]))") ==
      "100 * (sum by (instance) (rate(x{instance=~\"{{hosts}}\",c=\"5\"}[{{rate_window}}])) or 0 * "
      "sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[{{rate_window}}]))) / "
      "sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[{{rate_window}}]))");
  CHECK(query_of("(sum by (a) (rate(x{c=\"5\"}[5m]))) / sum by (a) (rate(x[5m])) * 100") ==
        "((sum by (instance) (rate(x{instance=~\"{{hosts}}\",c=\"5\"}[{{rate_window}}]))) or 0 * "
        "sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[{{rate_window}}]))) / "
        "sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[{{rate_window}}])) * 100");
  for (const auto* other : {"sum(rate(x[5m])) / sum(rate(y[5m]))", "sum(x) / sum(x)",
                            "avg(rate(x[5m])) / sum(rate(x[5m]))",
                            "sum(rate({a=\"b\"}[5m])) / sum(rate({a=\"c\"}[5m]))"}) {
    CAPTURE(other);
    CHECK(query_of(other).find(" or ") == std::string::npos);
  }
}

TEST_CASE("comments and strings within a query stay as they are") {
  CHECK(query_of("sum(x{a=\"}\", # all of them {\n  b='{'})") ==
        "sum by (instance) (x{instance=~\"{{hosts}}\", a=\"}\", # all of them {\n  b='{'})");
  CHECK(shown_query("sum(\n   x)\t\x1b[0m") == "sum( x) \\x1B[0m");
}
