#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/import/support.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

using Lines = std::vector<std::string>;

/// A dashboard of these panels.
std::string dashboard(const std::string& panels, const std::string& variables = "") {
  return fmt::format(R"({{"title": "Web", "templating": {{"list": [{}]}}, "panels": [{}]}})",
                     variables, panels);
}

/// A panel of Prometheus with one query; `more`: further keys, each after a comma.
std::string panel(const std::string& expression, const std::string& more = "") {
  return fmt::format(
      R"({{"type": "timeseries", "title": "P", "datasource": {{"type": "prometheus"}},
          "targets": [{{"refId": "A", "expr": {}}}]{}}})",
      nlohmann::json(expression).dump(), more);
}

Import import_dashboard(const std::string& text) {
  return import_one("grafana-dashboard", "d.json", text);
}

std::vector<std::string> refused(const std::string& text) {
  return refusals("grafana-dashboard", "d.json", text);
}

}  // namespace

TEST_CASE("a panel's query becomes a metric with its unit") {
  const Import one = import_dashboard(dashboard(
      panel("sum(rate(x{job=\"$job\"}[$__rate_interval]))",
            R"(, "description": "What it is", "fieldConfig": {"defaults": {"unit": "reqps"}})"),
      R"({"name": "job", "current": {"value": "web"}}, {"name": "b", "current": {"value": "c"}})"));
  CHECK(one.check.name == "web");
  CHECK(one.check.description == "Dashboard Web");
  CHECK(one.check.vars == std::map<std::string, std::string>{{"job", "web"}});
  const MetricSpec& metric = one.check.metrics.at(0);
  CHECK(metric.name == "P");
  CHECK(metric.query ==
        "sum by (instance) (rate(x{instance=~\"{{hosts}}\",job=\"{{job}}\"}[{{rate_window}}]))");
  CHECK(metric.unit == "1/s");
  CHECK(metric.worse == Worse::either);
  CHECK_FALSE(metric.limit);
  CHECK(one.text.find("# What it is\n") != std::string::npos);
  CHECK(one.left_out.empty());
}

TEST_CASE("several queries of a panel are told apart by their legends") {
  const Import both = import_dashboard(dashboard(
      R"({"title": "T", "type": "graph", "datasource": "Prometheus", "targets": [
        {"refId": "A", "expr": "a", "legendFormat": "{{x}} used"},
        {"refId": "B", "expr": "b", "legendFormat": "{{x}}"},
        {"refId": "C", "expr": "c", "legendFormat": "__auto"},
        {"refId": "D", "expr": "a"}, {"refId": "E", "expr": "e", "hide": true}]})"));
  REQUIRE(both.check.metrics.size() == 3);
  CHECK(both.check.metrics[0].name == "T: used");
  CHECK(both.check.metrics[1].name == "T: B");
  CHECK(both.check.metrics[2].name == "T: C");
  CHECK(both.left_out ==
        Lines{"d.json: panels[0].targets[4]: panel `T`: query E is hidden there",
              "d.json: panels[0].targets[3]: `T: D`: the same query as `T: used`"});
}

TEST_CASE("panels are found in rows old and new, in the API's answer and in a resource") {
  const std::string old =
      fmt::format(R"({{"title": "Old", "rows": [{{"panels": [{}]}}]}})", panel("a"));
  CHECK(import_dashboard(old).check.metrics.size() == 1);
  CHECK(import_dashboard(R"({"meta": {}, "dashboard": )" + old + "}").check.name == "old");
  CHECK(import_dashboard(R"({"kind": "Dashboard", "spec": )" + old + "}").check.name == "old");
  const std::string row =
      fmt::format(R"({{"type": "row", "panels": [{}, {}]}})", panel("a"), panel("b"));
  CHECK(import_dashboard(dashboard(row + "," + panel("c"))).check.metrics.size() == 3);
}

TEST_CASE("data sources are known by type, by name, by an input and by a variable") {
  const auto backend_in = [](const std::string& source, const std::string& target) {
    const Import import = import_dashboard(
        fmt::format(R"({{"title": "x", "__inputs": [{{"name": "DS_G", "pluginId": "graphite"}}],
            "templating": {{"list": [{{"name": "ds", "type": "datasource", "query": "influxdb"}},
                                   {{"name": "host", "type": "query"}}]}},
            "panels": [{{"title": "P", "datasource": {}, "targets": [{}]}}]}})",
                    source, target));
    const std::size_t at = import.text.find("must be of type ") + 16;
    return import.text.substr(at, import.text.find('.', at) - at);
  };
  CHECK(backend_in(R"({"type": "prometheus", "uid": "x"})", R"({"expr": "a"})") == "prometheus");
  CHECK(backend_in("null", R"({"expr": "a"})") == "prometheus");
  CHECK(backend_in(R"("${DS_G}")", R"({"target": "a.$host.b"})") == "graphite");
  CHECK(backend_in("null", R"({"target": "a.$host.b"})") == "graphite");
  CHECK(
      backend_in(
          R"({"uid": "$ds"})",
          R"j({"rawQuery": true, "query": "SELECT mean(v) FROM m WHERE host =~ /^$host$/ AND $timeFilter GROUP BY time($__interval)"})j") ==
      "influxdb");
  CHECK(backend_in(R"({"type": "grafana-datadog-datasource"})",
                   R"({"query": "avg:system.load.1{host:$host}"})") == "datadog");
}

TEST_CASE("InfluxQL is grouped by the tag that its hosts are chosen by") {
  const Import influx = import_dashboard(R"j({"title": "x",
      "templating": {"list": [{"name": "server"}]}, "panels": [{"title": "P",
      "datasource": {"type": "influxdb"}, "targets": [{"rawQuery": true, "query":
      "SELECT max(\"v\") FROM \"m\" WHERE (\"hostname\" =~ /^$server$/) AND $timeFilter GROUP BY time($__interval) fill(none)"}]}]})j");
  CHECK(influx.check.metrics.at(0).query ==
        "SELECT max(\"v\") FROM \"m\" WHERE (\"hostname\" =~ /^({{hosts}})$/) AND $timeFilter "
        "GROUP BY time($__interval), \"hostname\" fill(none)");
  CHECK(influx.check.metrics.at(0).host_label == "hostname");
}

TEST_CASE("a drawn red threshold is a limit where it holds for one host") {
  const std::string red =
      R"(, "fieldConfig": {"defaults": {"unit": "furlongs", "custom": {"thresholdsStyle": {"mode": "line"}},
         "thresholds": {"mode": "absolute", "steps": [{"color": "green"}, {"color": "red", "value": 7}]}}})";
  const Import kept = import_dashboard(dashboard(panel("avg(x)", red)));
  CHECK(kept.check.metrics.at(0).limit->max == 7);
  CHECK(kept.check.metrics.at(0).worse == Worse::higher);
  CHECK(kept.text.find("# The limit is the panel's red threshold.\n") != std::string::npos);
  CHECK(kept.text.find("# Its unit `furlongs` has no name in a check.\n") != std::string::npos);
  const Import total = import_dashboard(dashboard(panel("sum(x)", red)));
  CHECK_FALSE(total.check.metrics.at(0).limit);
  CHECK(total.left_out == Lines{"d.json: panels[0]: `P`: no limit of 7: it was about all hosts "
                                "together, and this is about each"});
}

TEST_CASE("a guess which way is worse is called one") {
  const Import guessed = import_dashboard(dashboard(panel("rate(x_errors_total[5m])")));
  CHECK(guessed.check.metrics.at(0).worse == Worse::higher);
  CHECK(guessed.text.find("# `worse: higher` is a guess, for the word `error`.\n") !=
        std::string::npos);
}

TEST_CASE("queries and panels that are not carried over are told with the reason") {
  const auto reason = [](const std::string& other) {
    const Import import = import_dashboard(dashboard(panel("fine") + "," + other));
    CHECK(import.check.metrics.size() == 1);
    REQUIRE(import.left_out.size() == 1);
    return import.left_out.front();
  };
  const auto target = [](const std::string& source, const std::string& keys) {
    return fmt::format(R"({{"title": "Q", "datasource": {{"type": "{}"}}, "targets": [{{{}}}]}})",
                       source, keys);
  };
  const std::string at = "d.json: panels[1].targets[0]: `Q`: ";
  CHECK(reason(target("cloudwatch", R"("namespace": "AWS/EC2")")) ==
        at + "queries of data source `cloudwatch` are not carried over");
  CHECK(reason(target("loki", R"("expr": "{a=\"b\"}")")) ==
        at + "queries of data source `loki` are not carried over");
  CHECK(reason(R"({"title": "Q", "targets": [{"sql": "x"}]})") ==
        at + "its data source is not told");
  CHECK(reason(target("prometheus", R"("expr": " ")")) == at + "it has no query as text");
  CHECK(reason(target("prometheus", R"("expr": "sum(")")) ==
        at + "its query cannot be read: column 5 of `sum(`: the query ends where a value is "
             "missing");
  CHECK(reason(target("prometheus", R"("expr": "x{a=\"$b\"}")")) ==
        at + "the dashboard has no variable `$b`");
  CHECK(reason(target("influxdb", R"("rawQuery": false, "query": "SELECT 1")")) ==
        at + "it is made with the query editor; switch it to text in Grafana and export it again");
  CHECK(reason(target("influxdb", R"j("query": "from(bucket: 1) |> last()")j")) ==
        at + "Flux is not asked; only InfluxQL is");
  CHECK(reason(target("influxdb", R"("query": "SELECT mean(v) FROM m")")) ==
        at + "no condition of it has a variable for the host: SELECT mean(v) FROM m");
  CHECK(reason(target("graphite", R"("target": "a.b")")) ==
        at + "no node of its path is a variable for the host: a.b");
  CHECK(reason(target("prometheus", R"("expr": ")" + std::string(4001, 'x') + "\"")) ==
        at + "its query is longer than 4000 bytes");
  CHECK(reason(R"({"title": "Q", "libraryPanel": {"uid": "x"}})") ==
        "d.json: panels[1]: panel `Q` is a library panel, whose queries are not in this file; "
        "export the dashboard for sharing externally");
  CHECK(reason(R"({"title": "Q", "type": "logs", "targets": [{"expr": "x"}]})") ==
        "d.json: panels[1]: panel `Q` is a `logs`, which has no numbers to compare");
}

TEST_CASE("what is no dashboard is refused with what to do") {
  CHECK(refused("{}") ==
        Lines{"d.json: no dashboard: there is neither a list `panels` nor a list `rows`; export "
              "the dashboard as JSON from Grafana's menu Share or Export"});
  CHECK(refused(R"({"kind": "Dashboard", "spec": {"elements": {}}})") ==
        Lines{"d.json: spec: a dashboard of schema v2, which cannot be read; export it from "
              "Grafana as Classic"});
  CHECK(refused("[") == Lines{"d.json:1:2: not valid JSON: this is not what can stand here"});
  CHECK(refused(dashboard("")) == Lines{"d.json: there is nothing in it to make a check from"});
  CHECK(refused(dashboard(panel("absent(x)"))) ==
        Lines{"d.json: panels[0].targets[0]: `P`: `absent` is about series that are not there; "
              "canarygate itself fails a canary that falls silent"});
}

TEST_CASE("a hostile dashboard gives a valid check or a refusal") {
  const Import odd = import_dashboard(R"({"title": "a\n\u0000/../b", "tags": ["x\ny", 5, null],
      "templating": {"list": [{"name": "a b", "current": 5}, 7, {"name": "q", "current": {"value": "x: \"y\"\u2028# z"}}]},
      "panels": [5, null, {"panels": 7}, {"title": {"a": 1}, "targets": "x"},
        {"title": "\u001b[31m \"t\": #", "datasource": {"type": "prometheus"}, "fieldConfig": [],
         "description": "a\n- b\u0085c", "targets": [7, {"refId": "\n", "expr": "x{a=\"$q\",b=\"\\\\\"}"}]}]})");
  REQUIRE(odd.check.metrics.size() == 1);
  CHECK(odd.check.vars.at("q") == "x: \"y\"\u2028# z");
}
