#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/import/support.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

/// A rule file with one group of these rules, each a list item.
std::string rules(const std::string& items) { return "groups:\n- name: g\n  rules:\n" + items; }

std::string alert(const std::string& expression, const std::string& more = "") {
  return fmt::format("  - {{alert: A, expr: '{}'{}}}\n", expression, more);
}

Import import_rules(const std::string& items) {
  return import_one("prometheus-rules", "web.rules.yaml", rules(items));
}

std::vector<std::string> refused(const std::string& text) {
  return refusals("prometheus-rules", "r.yaml", text);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an alert becomes a metric that is worse on the alert's side, with its limit") {
  const Import above = import_rules(alert("sum by (instance) (rate(x[5m])) > 0.5"));
  REQUIRE(above.check.metrics.size() == 1);
  const MetricSpec& metric = above.check.metrics.front();
  CHECK(metric.name == "A");
  CHECK(metric.query == "sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[{{rate_window}}]))");
  CHECK(metric.worse == Worse::higher);
  CHECK(metric.limit->max == 0.5);
  CHECK(metric.limit->per == Limit::Per::host);
  CHECK_FALSE(metric.limit->run);
  CHECK(above.left_out.empty());
  CHECK(above.check.name == "web");

  const Import below = import_rules(alert("1e-3 > avg(x)"));
  CHECK(below.check.metrics.front().worse == Worse::lower);
  CHECK(below.check.metrics.front().limit->min == 0.001);
  CHECK(below.check.metrics.front().limit->per == Limit::Per::group);
}

TEST_CASE("`for` is that many points in a row, at most the window's") {
  const auto run_of = [](const std::string& length) {
    const auto run = import_rules(alert("x > 1", ", for: " + length)).check.metrics[0].limit->run;
    return run ? fmt::format("{} of {}", run->bad, run->of) : "none";
  };
  CHECK(run_of("3m") == "12 of 12");
  CHECK(run_of("10s") == "1 of 1");
  CHECK(run_of("1m20s") == "6 of 6");
  CHECK(run_of("1h") == "20 of 20");
  CHECK(run_of("0s") == "none");
  CHECK(run_of("0") == "none");
}

TEST_CASE("owner, runbook, severity and dashboard find their keys") {
  const Import two = import_rules(
      "  - alert: A\n    expr: x > 1\n    labels: {severity: critical, team: web}\n"
      "    annotations: {runbook_url: 'https://w.example.com/a', dashboard: "
      "'https://g.example.com'}\n"
      "  - alert: B\n    expr: y > 1\n    labels: {severity: warning, team: web}\n"
      "    annotations: {runbook_url: 'https://w.example.com/{{ $labels.x }}'}\n");
  CHECK(two.check.owner == "web");
  CHECK(two.check.runbook == "https://w.example.com/a");
  REQUIRE(two.check.metrics.size() == 2);
  CHECK(two.check.metrics[0].critical);
  CHECK(two.check.metrics[0].links.at("runbook") == "https://w.example.com/a");
  CHECK(two.check.metrics[0].links.at("dashboard") == "https://g.example.com");
  CHECK_FALSE(two.check.metrics[1].critical);
  CHECK(two.check.metrics[1].links.empty());
}

TEST_CASE("what a recording rule records is written out where an alert asks for it") {
  const Import plain = import_rules(
      "  - {record: 'job:x:rate', expr: 'sum by (job) (rate(x[5m]))'}\n"
      "  - {record: 'job:x:share', expr: 'job:x:rate / sum by (job) (rate(y[5m]))'}\n"
      "  - {record: unused, expr: z}\n" +
      alert("job:x:share > 0.1"));
  CHECK(plain.check.metrics.front().query ==
        "(sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[{{rate_window}}]))) / "
        "sum by (instance) (rate(y{instance=~\"{{hosts}}\"}[{{rate_window}}]))");
  CHECK(plain.check.metrics.front().limit->max == 0.1);
  CHECK(plain.left_out == Lines{"web.rules.yaml:6:14: recording rule `unused` is no alert, and "
                                "none asks for it"});
  const Import kept = import_rules(alert("job:x:rate{job=\"a\"} > 0.1"));
  CHECK(kept.text.find("# `job:x:rate` is recorded by a rule: see that its series still have the "
                       "label `instance`.") != std::string::npos);
}

TEST_CASE("rules that record each other do not go on for ever") {
  const Import circle =
      import_rules("  - {record: a, expr: b + b}\n  - {record: b, expr: a + a}\n" + alert("a > 1"));
  CHECK(circle.check.metrics.front().query.size() < 4100);
}

TEST_CASE("limits and guards that are not carried over are told") {
  const Import total = import_rules(alert("sum(rate(x[5m])) > 100"));
  CHECK_FALSE(total.check.metrics.front().limit);
  CHECK(total.left_out == Lines{"web.rules.yaml:4:22: alert `A`: no limit of 100: it was about all "
                                "hosts together, and this is about each"});
  const Import count = import_rules(alert("increase(x[10m]) > 5"));
  CHECK_FALSE(count.check.metrics.front().limit);
  CHECK(count.left_out == Lines{"web.rules.yaml:4:22: alert `A`: no limit of 5: it counted over "
                                "[10m], and this counts over [{{rate_window}}]"});
  CHECK(import_rules(alert("increase(x[10m]) > 0")).check.metrics.front().limit->max == 0);
  const Import infinite = import_rules(alert("x < Inf"));
  CHECK(infinite.left_out ==
        Lines{"web.rules.yaml:4:22: alert `A`: no limit of inf: it is no number to reach"});
  const Import guarded = import_rules(alert("x > 1 and on () up == 1"));
  CHECK(guarded.check.metrics.front().limit->max == 1);
  CHECK(guarded.left_out == Lines{"web.rules.yaml:4:22: alert `A`: `and on () up == 1`; the metric "
                                  "is judged whether it holds or not"});
}

TEST_CASE("the warm-up is as long as the longest range that stays") {
  CHECK(import_rules(alert("max_over_time(x[4m]) > 1")).check.window.warmup == 4min);
  CHECK(import_rules(alert("rate(x[10m]) > 1")).check.window.warmup == 1min);
}

TEST_CASE("each side of `or` is a metric with a name of its own") {
  const Import both = import_rules(alert("x > 1 or y < 2"));
  REQUIRE(both.check.metrics.size() == 2);
  CHECK(both.check.metrics[0].name == "A");
  CHECK(both.check.metrics[1].name == "A 2");
  CHECK(both.check.metrics[1].limit->min == 2);
}

TEST_CASE("PrometheusRule resources and lists of them are rule files with a name") {
  const std::string resource =
      "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: api-rules}\n"
      "spec:\n  groups:\n  - name: g\n    rules:\n    - {alert: A, expr: x > 1}\n";
  const ImportResult two = import_all(
      "prometheus-rules",
      {{"m.yaml",
        "# Source: chart\n---\nkind: ConfigMap\n--- # rules\n" + resource +
            "---\nkind: List\nitems:\n- kind: PrometheusRule\n  spec: {groups: [{name: h, "
            "rules: [{alert: B, expr: y > 1}]}]}\n"}});
  REQUIRE(two.checks.size() == 2);
  CHECK(two.checks[0].name == "api-rules");
  CHECK(two.checks[1].name == "m");
  CHECK(lines_of(two.left_out) == Lines{"m.yaml:3:1: a `ConfigMap` is no PrometheusRule"});
}

TEST_CASE("a file without rules, or rules without their parts, is refused with its place") {
  CHECK(refused("a: 1\n") ==
        Lines{"r.yaml:1:1: no rules: there is no list `groups`; give a rule file of Prometheus or "
              "a PrometheusRule resource"});
  CHECK(refused(rules("  - {alert: A}\n  - {labels: {}}\n") + "- name: h\n  rules: 5\n") ==
        Lines{"r.yaml:4:5: rule 'A' has no `expr`",
              "r.yaml:5:5: a rule has either `alert` or `record`",
              "r.yaml:7:10: `rules` must be a list of rules"});
  CHECK(refused(rules("  - {alert: A, expr: x > 1, for: soon}\n")) ==
        Lines{"r.yaml:4:34: `for: soon` is no duration; write one such as 30s, 5m or 1h"});
  CHECK(refused("groups: [\n")[0].starts_with("r.yaml:2:1: not valid YAML: "));
  CHECK(refused("") == Lines{"r.yaml: there is nothing in it to make a check from"});
}

TEST_CASE("a file of which nothing can be carried over says why") {
  CHECK(
      refused(rules(alert("up == 0") + alert("absent(x)") + alert("x >") +
                    alert("x{a=\"{{b}}\"} > 1") + alert("x > 1 offset") +
                    alert("predict_linear(x[1m], 60) > 1") + alert("x > y"))) ==
      Lines{"r.yaml:4:22: alert `A`: `up == 0` asks for one exact value, which is no limit",
            "r.yaml:5:22: alert `A`: `absent(x)` is about series that are not there; canarygate "
            "itself fails a canary that falls silent",
            "r.yaml:6:22: alert `A`: its query cannot be read: column 4: the query ends where a "
            "value is missing",
            "r.yaml:7:22: alert `A`: its query has `{{` in it, with which variables of canarygate "
            "begin; fill in the template first",
            "r.yaml:8:22: alert `A`: its query cannot be read: column 13: the query ends where a "
            "time is missing",
            "r.yaml:9:22: alert `A`: `predict_linear` is a forecast",
            "r.yaml:10:22: alert `A`: `x > y` compares two queries with each other"});
}

TEST_CASE("hostile names, texts and sizes give a valid check or a refusal") {
  const Import odd = import_one(
      "prometheus-rules", "we\"ird: name.yaml",
      "groups:\n- name: \"g\\n# x\"\n  rules:\n  - alert: \"a\\n: b\\u2028 {{ }} \\\"'\"\n"
      "    expr: 'x{a=\"é\\\\n\"} > 1'\n    labels: {team: \"t\\x1b[0m\", severity: \"a\\nb\"}\n"
      "    annotations: {summary: \"one\\n- two\\n\\tthree\", runbook_url: \"javascript:x\"}\n");
  REQUIRE(odd.check.metrics.size() == 1);
  CHECK(odd.check.metrics.front().limit->max == 1);
  CHECK(odd.check.owner == "t\\x1B[0m");

  std::string many;
  for (int i = 0; i < 350; ++i) many += alert(fmt::format("x{} > 1", i));
  const Import bounded = import_rules(many);
  CHECK(bounded.check.metrics.size() == 100);
  REQUIRE(bounded.left_out.size() == 201);
  CHECK(bounded.left_out.front() ==
        "web.rules.yaml:104:22: alert `A`: a check has at most 100 imported metrics");
  CHECK(bounded.left_out.back().ends_with("and 50 more like these"));

  CHECK(refused(rules(alert("x + " + std::string(4000, ' ') + "1 > 1"))) ==
        Lines{"r.yaml:4:22: alert `A`: its query is longer than 4000 bytes"});
}
