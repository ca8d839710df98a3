#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/import/flagger_queries.h"
#include "tests/import/support.h"

namespace canarygate::test {

namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

/// A Canary with these settings of the analysis and these metrics, each a line with its blanks.
std::string canary(const std::string& analysis, const std::string& metrics,
                   const std::string& spec = "") {
  return "kind: Canary\nmetadata: {name: web, namespace: prod}\nspec:\n" + spec +
         "  targetRef: {kind: Deployment, name: shop}\n  analysis:\n" + analysis +
         "    metrics:\n" + metrics;
}

constexpr const char* kAnalysis = "    interval: 1m\n    threshold: 3\n    iterations: 10\n";
constexpr const char* kSuccess =
    "      - {name: request-success-rate, thresholdRange: {min: 99}, interval: 2m}\n";

std::string metric_template(const std::string& query, const std::string& type = "prometheus") {
  return fmt::format(
      "\n---\nkind: MetricTemplate\nmetadata: {{name: t, namespace: prod}}\nspec: {{provider: "
      "{{type: {}}}, query: '{}'}}\n",
      type, query);
}

constexpr const char* kOfTemplate =
    "      - {name: m, templateRef: {name: t}, thresholdRange: {max: 5}, interval: 30s, "
    "templateVariables: {code: '404'}}\n";

Import imported(const std::string& text) { return import_one("flagger", "f.yaml", text); }
Lines refused(const std::string& text) { return refusals("flagger", "f.yaml", text); }

constexpr const char* kSide = R"(, "side", "{{canary_hosts}}", "", ""))";

}  // namespace

TEST_CASE("the window is as long as Flagger's analysis can last, and the limits are its own") {
  const Import import = imported(canary(kAnalysis, kSuccess));
  CHECK(import.check.name == "web");
  CHECK(import.check.window.step == 1min);
  CHECK(import.check.window.duration == 12min);  // 10 good checks and at most 2 bad ones between
  CHECK(import.check.judge.method == JudgeMethod::threshold);
  CHECK(names_of(import.check.canary) == Lines{"canary"});
  CHECK(import.check.baseline.kind == GroupSpec::Kind::none);
  const MetricSpec& m = import.check.metrics.at(0);
  REQUIRE(m.limit);
  CHECK(m.limit->min == 99);
  CHECK_FALSE(m.limit->max);
  CHECK(m.limit->run->bad == 3);
  CHECK(m.limit->run->of == 12);
  CHECK(import.check.vars ==
        std::map<std::string, std::string>{{"namespace", "prod"}, {"target", "shop"}});
}

TEST_CASE("how many checks have to be good is said in several ways") {
  const auto duration = [](const std::string& analysis) {
    return imported(canary(analysis, kSuccess)).check.window.duration;
  };
  CHECK(duration("    interval: 1m\n    maxWeight: 50\n    stepWeight: 20\n    threshold: 1\n") ==
        3min);
  CHECK(duration("    interval: 1m\n    stepWeight: 10\n    threshold: 1\n") == 10min);
  CHECK(duration("    interval: 30s\n    stepWeights: [1, 2, 10, 80]\n    threshold: 2\n") == 150s);
  CHECK(duration("    threshold: 1\n    iterations: 7\n") == 7min);
  CHECK(duration("    interval: 1s\n    threshold: 1\n    iterations: 3\n") == 30s);
  CHECK(duration("    interval: 1m\n    iterations: 1\n") == 2min);
}

TEST_CASE("the built-in metrics are asked of the provider's own metrics") {
  const auto query = [](const std::string& provider, const std::string& metric) {
    return imported(
               canary(kAnalysis,
                      fmt::format("      - {{name: {}, thresholdRange: {{max: 1}}}}\n", metric),
                      fmt::format("  provider: {}\n", provider)))
        .check.metrics.at(0)
        .query;
  };
  CHECK(query("linkerd", "request-success-rate") ==
        std::string("label_replace(sum(rate(response_total{namespace=\"{{namespace}}\","
                    "deployment=~\"{{target}}\",direction=\"inbound\",classification!=\"failure\"}"
                    "[1m])) / sum(rate(response_total{namespace=\"{{namespace}}\",deployment=~\""
                    "{{target}}\",direction=\"inbound\"}[1m])) * 100") +
            kSide);
  CHECK(query("istio", "request-duration") ==
        std::string("label_replace(histogram_quantile(0.99, sum by (le) "
                    "(rate(istio_request_duration_milliseconds_bucket{reporter=\"destination\","
                    "destination_workload_namespace=\"{{namespace}}\",destination_workload=~\""
                    "{{target}}\"}[1m])))") +
            kSide);
  CHECK(query("nginx", "request-duration").find("_sum{") != std::string::npos);
  CHECK(query("nginx", "request-duration").find("* 1000") != std::string::npos);
  CHECK_FALSE(flagger::built_in_query("request-count", "istio"));
}

TEST_CASE("a template's variables are ours, but for what one metric alone is told") {
  const Import import = imported(
      canary(kAnalysis, kOfTemplate) +
      metric_template(
          R"(sum(rate(a{n="{{ namespace }}",t="{{target}}",s="{{ service }}",c="{{ variables.code }}"}[{{ interval }}])))"));
  CHECK(
      import.check.metrics.at(0).query ==
      std::string(
          R"(label_replace(sum(rate(a{n="{{namespace}}",t="{{target}}",s="{{service}}",c="404"}[30s])))") +
          kSide);
  CHECK(import.check.vars == std::map<std::string, std::string>{
                                 {"namespace", "prod"}, {"target", "shop"}, {"service", "shop"}});
}

TEST_CASE("a template of another file is found by namespace and name") {
  const ImportResult result =
      import_all("flagger", {{"a.yaml", canary(kAnalysis, kOfTemplate)},
                             {"b.yaml", metric_template("avg:x{service:web}", "datadog")}});
  const CheckDefinition check = read_back(result.checks.at(0).text, "web");
  CHECK(check.metrics.at(0).query == "avg:x{service:web} by {service}");
  CHECK(names_of(check.canary) == Lines{"web"});
}

TEST_CASE("what Flagger does beside looking at metrics is listed, as are metrics without a query") {
  const Import import =
      imported(canary(std::string(kAnalysis) + "    webhooks: [{name: load}]\n    alerts: []\n",
                      std::string(kSuccess) + kOfTemplate));
  CHECK(import.left_out ==
        Lines{"f.yaml:13:32: metric 'm' is not in the check: MetricTemplate 't' of namespace "
              "'prod' is not among the files",
              "f.yaml:9:5: webhooks: they are not called, and cannot stop a deploy",
              "f.yaml:10:5: alerts: tell people by `notify` in the environment"});
  const Lines unknown =
      imported(canary(kAnalysis, std::string(kOfTemplate) + kSuccess, "  provider: contour\n") +
               metric_template("up"))
          .left_out;
  CHECK(unknown == Lines{"f.yaml:12:9: metric 'request-success-rate' is not in the check: it is "
                         "built in, and not known here for provider contour"});
}

TEST_CASE("old spellings are understood") {
  const Import import = imported(
      "kind: Canary\nmetadata: {name: w}\nspec:\n  targetRef: {name: w}\n  canaryAnalysis:\n"
      "    iterations: 2\n    metrics:\n"
      "      - {name: request-success-rate, threshold: 99}\n"
      "      - {name: request-duration, threshold: 500}\n"
      "      - {name: own, threshold: 3, query: up}\n");
  CHECK(import.check.metrics.at(0).limit->min == 99);
  CHECK(import.check.metrics.at(1).limit->max == 500);
  CHECK(import.check.metrics.at(2).limit->max == 3);
  CHECK(import.check.vars.at("namespace") == "default");
}

TEST_CASE("what cannot be understood is refused with its place") {
  CHECK(refused("kind: Service\n") ==
        Lines{"f.yaml: there is no Canary in it; a MetricTemplate alone has no limits, so give the "
              "Canary that names it, too"});
  CHECK(refused("kind: Canary\n") ==
        Lines{"f.yaml:1:1: this Canary has no list `spec.analysis.metrics`"});
  CHECK(refused("kind: Canary\nspec: {analysis: {metrics: []}}\n") ==
        Lines{"f.yaml:1:1: this Canary has no `spec.targetRef.name`"});
  CHECK(refused(canary(kAnalysis, "      []\n")) ==
        Lines{"f.yaml:1:1: none of this Canary's metrics can be imported: it has none"});
  CHECK(refused(canary(kAnalysis, "      - {name: m, templateRef: {name: t}}\n") +
                metric_template("up")) ==
        Lines{"f.yaml:10:9: a metric needs a thresholdRange with min, max or both"});
  CHECK(refused(canary(kAnalysis, "      - {name: m, thresholdRange: {max: 1}}\n")) ==
        Lines{"f.yaml:10:9: a metric needs a templateRef, unless it is built in"});
  CHECK(refused(canary(kAnalysis,
                       "      - {name: request-duration, thresholdRange: {min: 5, max: 5}}\n")) ==
        Lines{"f.yaml:10:50: thresholdRange: min must be less than max"});
  CHECK(refused(canary("    interval: often\n    threshold: many\n", kSuccess)) ==
        Lines{"f.yaml:6:15: interval: 'often' is no duration such as 30s or 5m",
              "f.yaml:7:16: threshold: must be a whole number from 0 to 10000, not 'many'"});
  CHECK(refused(canary(kAnalysis, kOfTemplate) + metric_template("up{a=\"{{ variables.x }}\"}")) ==
        Lines{"f.yaml:15:45: query: '{{ variables.x }}' cannot be imported; possible are name, "
              "namespace, target, service, ingress, interval, and variables.NAME with a value in "
              "templateVariables"});
  CHECK(refused(canary(kAnalysis,
                       "      - {name: m, templateRef: {name: t}, thresholdRange: {max: 5}, "
                       "interval: x, templateVariables: {c: '{{y}}'}}\n") +
                metric_template("up{a=\"{{ variables.c }}\"}")) ==
        Lines{"f.yaml:10:79: interval: 'x' is no duration such as 30s or 5m",
              "f.yaml:10:105: templateVariables: '{{' begins a variable here"});
  CHECK(refused(canary(kAnalysis, kOfTemplate) + metric_template("up") + metric_template("up")) ==
        Lines{"f.yaml:18:1: MetricTemplate 't' is there twice; the first is at f.yaml:13:1"});
}

}  // namespace canarygate::test
