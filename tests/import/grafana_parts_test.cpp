#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/import/grafana_graphite.h"
#include "checks/import/grafana_panel.h"
#include "checks/import/grafana_units.h"
#include "checks/import/grafana_variables.h"

using namespace canarygate;

namespace {

constexpr const char* kVariables = R"([
  {"name": "job", "type": "query", "current": {"value": "web"}},
  {"name": "pattern", "type": "textbox", "current": {"value": "web-.*"}},
  {"name": "quoted", "type": "textbox", "current": {"value": "a\"b|c"}},
  {"name": "env", "type": "custom", "current": {"value": ["prod", "eu.1"]}},
  {"name": "path", "type": "query", "current": {"value": ["$__all"]}},
  {"name": "zone", "type": "query", "allValue": "eu-.+", "current": {"value": "$__all"}},
  {"name": "unset", "type": "query"},
  {"name": "fixed", "type": "constant", "query": "5"},
  {"name": "version", "type": "custom", "current": {"value": "v1"}},
  {"name": "instance", "type": "query", "current": {"value": "web-1:9100"}},
  {"name": "interval", "type": "interval", "current": {"value": "5m"}},
  {"name": "ds", "type": "datasource", "query": "graphite"}
])";

std::string filled(const std::string& query, const GrafanaVariables::Style& style = {}) {
  const auto list = nlohmann::json::parse(kVariables);
  const GrafanaVariables variables(JsonPlace(&list, "d.json", "list"));
  const auto result = variables.fill(query, style);
  if (!result) return "refused: " + result.error();
  std::string text = result->text;
  for (const auto& [name, value] : result->vars) text += fmt::format(" {}={}", name, value);
  return text;
}

std::string limit_of(const std::string& text) {
  const auto panel = nlohmann::json::parse(text);
  const auto limit = limit_of_panel(JsonPlace(&panel, "d.json", ""));
  if (!limit) return "none";
  return fmt::format("{} {} by {}", limit->above ? '>' : '<', limit->bound, limit->source);
}

std::string per_host_of(const std::string& target) {
  const auto result = graphite_per_host(target);
  return result ? *result : "refused: " + result.error();
}

}  // namespace

TEST_CASE("a dashboard's variables become the check's, or their values") {
  CHECK(filled("x{job=\"$job\"}") == "x{job=\"{{job}}\"} job=web");
  CHECK(filled("x{job=~\"${job:regex}\", a=\"[[job]]\"}") ==
        "x{job=~\"{{job}}\", a=\"{{job}}\"} job=web");
  CHECK(filled("x{job=~\"$pattern\"}") == "x{job=~\"web-.*\"}");
  CHECK(filled("x{env=~\"$env\"}") == "x{env=~\"(prod|eu[.]1)\"}");
  CHECK(filled("x{path=~\"$path\", zone=~\"$zone\", u=~\"$unset\"}") ==
        "x{path=~\".*\", zone=~\"eu-.+\", u=~\".*\"}");
  CHECK(filled("x * $fixed") == "x * 5");
  CHECK(filled("x{a=\"$version\"}") == "x{a=\"{{arg_version}}\"} arg_version=v1");
  CHECK(filled("x{instance=~\"$instance\"}") == "x{instance=~\"{{hosts}}\"}");
  CHECK(filled("label_replace(x, \"a\", \"$1\", \"b\", \"^(.*)$\")") ==
        "label_replace(x, \"a\", \"$1\", \"b\", \"^(.*)$\")");
}

TEST_CASE("whatever a dashboard's range is, a check's is the rate window") {
  CHECK(filled("rate(x[$__rate_interval])") == "rate(x[{{rate_window}}])");
  CHECK(filled("rate(x[${interval}])") == "rate(x[{{rate_window}}])");
  CHECK(filled("rate(x[[[interval]]])") == "rate(x[{{rate_window}}])");
  CHECK(filled("rate(x[$__range])") ==
        "refused: its range is `$__range`, which is chosen with the dashboard's time");
  CHECK(filled("rate(x[1h:$__interval])") ==
        "refused: its range is `$__interval`, which is chosen with the dashboard's time");
}

TEST_CASE("a variable whose value cannot be known or written is refused") {
  CHECK(filled("x{a=\"$other\"}") == "refused: the dashboard has no variable `$other`");
  CHECK(filled("x{a=\"$__name\"}") == "refused: only Grafana knows `$__name`");
  CHECK(filled("sum by ($path) (x)") == "refused: `$path` has no single value in the dashboard");
  CHECK(filled("sum by ($env) (x)") == "refused: `$env` has several values in the dashboard");
  CHECK(filled("sum by ($instance) (x)") ==
        "refused: `$instance` stands where no list of hosts can");
  CHECK(filled("x{a=~\"$quoted\"}") ==
        "refused: the value of `$quoted`, 'a\"b|c', cannot stand there");
  CHECK(filled("x > $pattern") == "refused: the value of `$pattern`, 'web-.*', cannot stand there");
  CHECK(filled("x{a=\"{{b}}\"}") ==
        "refused: its query has `{{` in it, with which variables of canarygate begin");
}

TEST_CASE("other query languages have the hosts and all values in their own way") {
  GrafanaVariables::Style graphite;
  graphite.all = "*";
  graphite.is_promql = false;
  CHECK(filled("servers.$instance.$job.$path.x", graphite) == "servers.{{hosts}}.web.*.x");
  GrafanaVariables::Style influx;
  influx.hosts = "({{hosts}})";
  influx.interval = "$__interval";
  influx.is_promql = false;
  influx.left_alone = {"timeFilter"};
  CHECK(
      filled("WHERE \"host\" =~ /^$instance$/ AND $timeFilter GROUP BY time($interval)", influx) ==
      "WHERE \"host\" =~ /^({{hosts}})$/ AND $timeFilter GROUP BY time($__interval)");
}

TEST_CASE("a data source's variable tells its type, and only a variable alone is one") {
  const auto list = nlohmann::json::parse(kVariables);
  const GrafanaVariables variables(JsonPlace(&list, "d.json", "list"));
  CHECK(variables.datasource_of("ds") == "graphite");
  CHECK(variables.datasource_of("job").empty());
  CHECK(only_variable("${ds}") == "ds");
  CHECK(only_variable("$ds") == "ds");
  CHECK(only_variable("$ds-1").empty());
  CHECK(only_variable("prod").empty());
}

TEST_CASE("a limit comes from an alert or a threshold that is drawn in red") {
  const auto steps = [](const std::string& mode, const std::string& list) {
    return limit_of(fmt::format(
        R"({{"fieldConfig": {{"defaults": {{"custom": {{"thresholdsStyle": {{"mode": "{}"}}}},
            "thresholds": {{"mode": "absolute", "steps": [{}]}}}}}}}})",
        mode, list));
  };
  const std::string rising =
      R"({"color": "green", "value": null}, {"color": "orange", "value": 3}, {"color": "dark-red", "value": 5})";
  CHECK(steps("line", rising) == "> 5 by the panel's red threshold");
  CHECK(steps("off", rising) == "none");
  CHECK(steps("line+area", R"({"color": "#F2495C"}, {"color": "green", "value": 99.5})") ==
        "< 99.5 by the panel's red threshold");
  CHECK(steps("line", R"({"color": "green"}, {"color": "blue", "value": 9})") == "none");
  CHECK(steps("line", R"({"color": "green"})") == "none");
  CHECK(limit_of(R"({"alert": {"conditions": [{"evaluator": {"type": "lt", "params": [3]}}]}})") ==
        "< 3 by the panel's alert");
  CHECK(limit_of(
            R"({"alert": {"conditions": [{"evaluator": {"type": "no_value", "params": []}}]}})") ==
        "none");
  CHECK(limit_of(R"({"thresholds": [{"op": "gt", "value": 7, "colorMode": "critical"}]})") ==
        "> 7 by the panel's critical threshold");
  CHECK(limit_of(R"({"thresholds": "50,80"})") == "none");
}

TEST_CASE("a word about failures tells which way is worse, in the name before the query") {
  CHECK(worse_when_higher("Requests", "rate(http_requests_total[5m])").empty());
  CHECK(worse_when_higher("Failed logins", "x_errors") == "fail");
  CHECK(worse_when_higher("Logins", "rate(login_ERRORS_total[5m])") == "error");
}

TEST_CASE("Grafana's units are a check's, where it has them") {
  CHECK(unit_of_grafana("percentunit") == "none");
  CHECK(unit_of_grafana("percent") == "%");
  CHECK(unit_of_grafana("reqps") == "1/s");
  CHECK(unit_of_grafana("mbytes") == "MiB");
  CHECK(unit_of_grafana("decmbytes") == "MB");
  CHECK(unit_of_grafana("") == "none");
  CHECK(unit_of_grafana("velocityms") == std::nullopt);
}

TEST_CASE("a Graphite target gives one series a host, named by its node") {
  CHECK(per_host_of("servers.{{hosts}}.load") == "aliasByNode(servers.{{hosts}}.load, 1)");
  CHECK(per_host_of("alias(perSecond(a.b.{{hosts}}.c), 'x')") ==
        "aliasByNode(perSecond(a.b.{{hosts}}.c), 2)");
  CHECK(per_host_of("sumSeries(servers.{{hosts}}.{web,api.v2}.x)") ==
        "groupByNode(servers.{{hosts}}.{web,api.v2}.x, 1, 'sum')");
  CHECK(per_host_of("servers.{{hosts}}.cpu.*.idle") ==
        "groupByNode(servers.{{hosts}}.cpu.*.idle, 1, 'average')");
  CHECK(per_host_of("limit(aliasByNode(servers.{{hosts}}.load, 1), 5)") ==
        "aliasByNode(servers.{{hosts}}.load, 1)");
  CHECK(per_host_of("servers.web.load") ==
        "refused: no node of its path is a variable for the host: servers.web.load");
  CHECK(per_host_of("divideSeries(a.{{hosts}}.x, a.{{hosts}}.y)") ==
        "refused: it has more than one path: divideSeries(a.{{hosts}}.x, a.{{hosts}}.y)");
}
