#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/import/support.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

using Lines = std::vector<std::string>;

/// A monitor with this query; `more`: further keys, each after a comma.
std::string monitor(const std::string& query, const std::string& more = "") {
  return fmt::format(R"({{"name": "M", "type": "query alert", "query": {}{}}})",
                     nlohmann::json(query).dump(), more);
}

Import import_monitor(const std::string& text) {
  return import_one("datadog-monitors", "m.json", text);
}

std::optional<Limit> limit_of(const std::string& query) {
  return import_monitor(monitor(query)).check.metrics.front().limit;
}

std::string left_out_of(const std::string& query) {
  const Import import = import_monitor(monitor(query));
  REQUIRE(import.left_out.size() == 1);
  return import.left_out.front();
}

std::vector<std::string> refused(const std::string& text) {
  return refusals("datadog-monitors", "m.json", text);
}

}  // namespace

TEST_CASE("a monitor becomes a metric with its limit, message and tags") {
  const Import one = import_monitor(monitor(
      "avg(last_5m):avg:system.load.1{role:web} by {host} > 4",
      R"(, "id": 7, "priority": 1, "message": "{{#is_alert}}@me\n{{/is_alert}}\nToo busy @you",
         "tags": ["team:web", "a"], "options": {"thresholds": {"critical": 4, "warning": 3}})"));
  CHECK(one.check.name == "m");
  CHECK(one.check.tags == Lines{"a", "team:web"});
  CHECK(one.check.owner == "web");
  CHECK(one.check.window.step == std::chrono::seconds(30));
  const MetricSpec& metric = one.check.metrics.at(0);
  CHECK(metric.name == "M");
  CHECK(metric.query == "avg:system.load.1{role:web AND host IN ({{hosts}})} by {host}");
  CHECK(metric.worse == Worse::higher);
  CHECK(metric.limit->max == 4);
  CHECK(metric.limit->per == Limit::Per::host);
  CHECK(metric.critical);
  for (const auto* comment : {"# Too busy\n", "# Monitor 7, priority 1: avg(last_5m):",
                              "# Its other thresholds: warning 3.\n", "# Tags: team:web, a\n"}) {
    CAPTURE(comment);
    CHECK(one.text.find(comment) != std::string::npos);
  }
}

TEST_CASE("how a monitor looks over time is how its limit does") {
  CHECK_FALSE(limit_of("avg(last_5m):avg:x{*} by {host} > 4")->run);
  CHECK(limit_of("min(last_2m):avg:x{*} by {host} > 4")->run->of == 4);
  CHECK(limit_of("min(last_1h):avg:x{*} by {host} > 4")->run->of == 10);
  CHECK(limit_of("max(last_2m):avg:x{*} by {host} > 4")->run->of == 1);
  CHECK(limit_of("max(last_2m):avg:x{*} by {host} < 4")->run->of == 4);
  CHECK(limit_of("max(last_2m):avg:x{*} by {host} < 4")->min == 4);
  // 300 in ten minutes are 15 in half a minute.
  CHECK(limit_of("sum(last_10m):sum:x{*} by {host}.as_count() > 300")->max == 15);
  CHECK(limit_of("sum(last_10m):sum:x{*}.as_count() / sum:y{*}.as_count() > 0.1")->max == 0.1);
  CHECK(limit_of("sum(last_10m):sum:x{*} > 0")->max == 0);
}

TEST_CASE("numbers that are no limits are told with the reason") {
  const std::string at = "m.json: monitor `M`: no limit of ";
  CHECK(left_out_of("avg(last_5m):sum:x{*} > 9") ==
        at + "9: it was about all hosts together, and this is about each");
  CHECK(left_out_of("avg(last_5m):sum:x{*} by {host}.as_count() > 9") ==
        at + "9: it counts over buckets of another length");
  CHECK(left_out_of("sum(last_5m):avg:x{*} by {host} > 9") ==
        at + "9: it is held against a sum over time");
  CHECK(left_out_of("change(avg(last_5m),last_1h):avg:x{*} by {host} > 9") ==
        at + "9: it is held against a change over time (`change`)");
  CHECK(left_out_of("avg(last_4h):anomalies(avg:x{*} by {host}, 'basic', 2) >= 1") ==
        at + "1: it is held against what `anomalies` makes of it");
  CHECK(left_out_of("avg(last_4h):outliers(avg:x{*} by {host}, 'dbscan', 2) > 0") ==
        at + "0: it is held against what `outliers` makes of it");
  CHECK(left_out_of("max(next_1w):forecast(avg:x{*} by {host}, 'linear', 1) <= 0") ==
        at + "0: it is held against what `forecast` makes of it");
}

TEST_CASE("wrapped queries are worse on the side that the monitor watches") {
  const auto worse_of = [](const std::string& query) {
    return import_monitor(monitor(query)).check.metrics.front().worse;
  };
  CHECK(worse_of("avg(last_4h):anomalies(avg:x{*}, 'basic', 2) >= 1") == Worse::either);
  CHECK(worse_of("avg(last_4h):anomalies(avg:x{*}, 'basic', 2, direction='above') >= 1") ==
        Worse::higher);
  CHECK(worse_of("avg(last_4h):anomalies(avg:x{*}, 'basic', 2, direction=\"below\") >= 1") ==
        Worse::lower);
  CHECK(worse_of("avg(last_4h):outliers(avg:x{*} by {host}, 'mad', 2) > 0") == Worse::either);
  CHECK(worse_of("max(next_1w):forecast(avg:x{*}, 'linear', 1) <= 0") == Worse::lower);
}

TEST_CASE("monitors of one service are one check, others one a file") {
  const std::string query = "avg(last_5m):avg:x{*} by {host} > 1";
  const ImportResult result = import_all(
      "datadog-monitors",
      {{"a/one.json", monitor(query, R"(, "tags": ["service:web"])")},
       {"b/two.json",
        "[" + monitor(query) + "," + monitor(query, R"(, "tags": ["service:web"])") + "]"},
       {"c/two.json",
        R"({"monitors": [)" + monitor(query, R"(, "tags": ["service:a", "service:b"])") + "]}"}});
  REQUIRE(result.checks.size() == 3);
  CHECK(result.checks[0].name == "web");
  CHECK(result.checks[0].metrics == 2);
  CHECK(result.checks[1].name == "two");
  CHECK(result.checks[2].name == "two-2");
}

TEST_CASE("monitors that ask for no metric are told by their kind") {
  const Import mixed = import_monitor("[" + monitor("avg(last_5m):avg:x{*} by {host} > 1") +
                                      R"j(, {"name": "C", "type": "composite", "query": "1 && 2"},
          {"name": "L {{host.name}}", "type": "log alert", "query": "logs(\"x\")"},
          {"id": 9, "query": "avg(last_5m):avg:x{*} != 1"}])j");
  CHECK(mixed.check.metrics.size() == 1);
  CHECK(mixed.left_out ==
        Lines{"m.json: [1]: monitor `C`: it is a `composite`, which compares no metric with a "
              "number",
              "m.json: [2]: monitor `L host.name`: it is a `log alert`, which compares no metric "
              "with a number",
              "m.json: [3]: monitor `9`: `!= 1` asks for one exact value, which is no limit"});
}

TEST_CASE("what is no monitor, no JSON or nothing to carry over is refused") {
  CHECK(refused(R"({"name": "x"})") ==
        Lines{"m.json: no monitor: it has no text `query`; export monitors as JSON from Datadog's "
              "page of the monitor, or ask its API for /api/v1/monitor"});
  CHECK(refused(R"([5])") ==
        Lines{"m.json: [0]: no monitor: it has no text `query`; export monitors as JSON from "
              "Datadog's page of the monitor, or ask its API for /api/v1/monitor"});
  CHECK(refused("{\n  \"a\": ]") ==
        Lines{"m.json:2:8: not valid JSON: this is not what can stand here"});
  CHECK(refused("[]") == Lines{"m.json: there is nothing in it to make a check from"});
  CHECK(refused(R"({"name": "C", "type": "composite", "query": "1 && 2"})") ==
        Lines{"m.json: monitor `C`: it is a `composite`, which compares no metric with a number"});
}

TEST_CASE("hostile monitors give a valid check or a refusal") {
  const Import odd = import_monitor(
      R"({"name": "a\n# b: {{x}} \u0000\u2028'\"", "type": "metric alert", "id": {"a": 1},
          "query": "avg(last_5m):avg:x{role:é} by {host} > 1", "message": "\u001b[31m\n{{",
          "tags": ["service:../../etc", "team:\n", 5], "priority": "x", "options": []})");
  CHECK(odd.check.metrics.size() == 1);
  CHECK(odd.check.name == "etc");
  CHECK(refused(monitor("avg(last_5m):avg:x{a:{{b}}} > 1")) ==
        Lines{"m.json: monitor `M`: its query has `{{` in it, with which variables of canarygate "
              "begin; fill in the template first"});
  CHECK(refused(monitor("avg(last_5m):" + std::string(5000, '(') + "x > 1")) ==
        Lines{"m.json: monitor `M`: its query is longer than 4000 bytes"});
  CHECK(refused(monitor("avg(last_5m):" + std::string(3000, '(') + "avg:x{*}" +
                        std::string(3, ')') + " > 1"))
            .size() == 1);
}

TEST_CASE("monitors of too many services are refused, not written") {
  std::string many = "[";
  for (int i = 0; i < 1002; ++i) {
    many += (i == 0 ? "" : ",") +
            monitor("avg(last_5m):avg:x{*} > 1", fmt::format(R"(, "tags": ["service:s{}"])", i));
  }
  CHECK(refused(many + "]") ==
        Lines{"m.json: [1000]: more than 1000 checks would come of these monitors; give fewer of "
              "them at once"});
}
