#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "tests/import/support.h"

namespace canarygate::test {

namespace {

using namespace std::chrono_literals;

/// A template of one metric, whose settings are `lines`, each with six blanks before it.
std::string with(const std::string& lines,
                 const std::string& provider = "prometheus: {query: up}") {
  return "kind: AnalysisTemplate\nmetadata: {name: t}\nspec:\n  args: [{name: a, value: '5'}, "
         "{name: b-c}]\n  metrics:\n    - name: m\n" +
         lines + "      provider: {" + provider + "}\n";
}

MetricSpec metric_of(const std::string& lines,
                     const std::string& provider = "prometheus: {query: up}") {
  return import_one("argo-rollouts", "t.yaml", with(lines, provider)).check.metrics.at(0);
}

std::vector<std::string> refused(const std::string& lines,
                                 const std::string& provider = "prometheus: {query: up}") {
  return refusals("argo-rollouts", "t.yaml", with(lines, provider));
}

constexpr const char* kTimes = "      interval: 1m\n      count: 10\n";

}  // namespace

TEST_CASE("a metric that is measured often is a limit with `for`, its window as long") {
  const Import import = import_one(
      "argo-rollouts", "t.yaml",
      with("      initialDelay: 90s\n      interval: 2m\n      count: 6\n      failureLimit: 2\n"
           "      successCondition: result[0] < 5\n"));
  const MetricSpec& m = import.check.metrics.at(0);
  CHECK(import.check.name == "t");
  CHECK(import.check.window.warmup == 90s);
  CHECK(import.check.window.step == 2min);
  CHECK(import.check.window.duration == 12min);
  CHECK(import.check.judge.method == JudgeMethod::threshold);
  CHECK(import.check.baseline.kind == GroupSpec::Kind::none);
  CHECK(names_of(import.check.canary) == std::vector<std::string>{"canary"});
  CHECK(m.query == R"(label_replace(up, "side", "{{canary_hosts}}", "", ""))");
  CHECK(m.host_label == "side");
  REQUIRE(m.limit);
  CHECK(m.limit->max == std::nextafter(5.0, 0.0));
  CHECK_FALSE(m.limit->min);
  REQUIRE(m.limit->run);
  CHECK(m.limit->run->bad == 3);
  CHECK(m.limit->run->of == 6);
  CHECK_FALSE(m.optional);
  CHECK(import.left_out.empty());
}

TEST_CASE("measured once, the limit is for the window; for ever, the window is to be filled in") {
  const Import once =
      import_one("argo-rollouts", "t.yaml", with("      successCondition: result[0] >= 0.95\n"));
  CHECK(once.check.metrics.at(0).limit->min == 0.95);
  CHECK_FALSE(once.check.metrics.at(0).limit->run);
  CHECK(once.text.find("# Argo Rollouts measures once") != std::string::npos);
  const Import ever = import_one(
      "argo-rollouts", "t.yaml",
      with("      interval: 2m\n      failureLimit: 5\n      successCondition: result[0] < 1\n"));
  CHECK(ever.check.window.duration == 12min);
  CHECK(ever.check.metrics.at(0).limit->run->bad == 6);
  CHECK(ever.check.metrics.at(0).limit->run->of == 6);
  CHECK(ever.text.find("# fill in: Argo Rollouts measures as long as") != std::string::npos);
}

TEST_CASE("which number of a result is meant decides how it is asked for") {
  const auto query = [](const std::string& condition) {
    return metric_of(fmt::format("{}      successCondition: \"{}\"\n", kTimes, condition)).query;
  };
  constexpr const char* kEnd = R"(, "side", "{{canary_hosts}}", "", ""))";
  CHECK(query("result[0] < 5") == std::string("label_replace(up") + kEnd);
  CHECK(query("result < 5") == std::string("label_replace(vector(up)") + kEnd);
  CHECK(query("all(result, # < 5)") == std::string("label_replace(max(up)") + kEnd);
  CHECK(query("all(result, # > 5)") == std::string("label_replace(min(up)") + kEnd);
}

TEST_CASE("failureCondition is what does not pass, and both together are the stricter") {
  const MetricSpec failure =
      metric_of(fmt::format("{}      failureCondition: result[0] < 1 || result[0] > 2\n", kTimes));
  CHECK(failure.limit->min == 1);
  CHECK(failure.limit->max == 2);
  const Import both = import_one("argo-rollouts", "t.yaml",
                                 with(fmt::format("{}      successCondition: result[0] <= 1\n"
                                                  "      failureCondition: result[0] > 2\n",
                                                  kTimes)));
  CHECK(both.check.metrics.at(0).limit->max == 1);
  CHECK(both.left_out == std::vector<std::string>{
                             "t.yaml:10:25: what is neither success nor failure is inconclusive "
                             "and pauses the rollout; here it fails"});
}

TEST_CASE("only a condition that names the missing makes a metric optional") {
  CHECK(metric_of("      successCondition: default(result, 0) < 5\n").optional);
  CHECK(metric_of("      successCondition: len(result) == 0 || result[0] < 5\n").optional);
  CHECK_FALSE(metric_of("      successCondition: len(result) > 0 && result[0] < 5\n").optional);
  const Import nan =
      import_one("argo-rollouts", "t.yaml",
                 with("      successCondition: isNaN(result[0]) || result[0] < 5\n"));
  CHECK_FALSE(nan.check.metrics.at(0).optional);
  CHECK(nan.left_out == std::vector<std::string>{
                            "t.yaml:7:25: NaN passes it; here that is no data, which fails unless "
                            "the metric says `optional: true`"});
  const Import all = import_one("argo-rollouts", "t.yaml",
                                with("      successCondition: \"all(result, # < 5)\"\n"));
  CHECK_FALSE(all.check.metrics.at(0).optional);
  CHECK(all.left_out == std::vector<std::string>{
                            "t.yaml:7:25: an empty result passes it; here that is no data, which "
                            "fails unless the metric says `optional: true`"});
}

TEST_CASE("one value alone can be asked for, and 0 too") {
  const MetricSpec zero = metric_of("      successCondition: result[0] == 0\n");
  CHECK(zero.limit->max == 0);
  CHECK(*zero.limit->min < 0);
  CHECK(*zero.limit->min > -1e-200);
}

TEST_CASE("arguments are values in settings and variables in queries") {
  const Import import = import_one(
      "argo-rollouts", "t.yaml",
      with("      interval: 1m\n      count: \"{{args.a}}\"\n      successCondition: result[0] < "
           "{{ args.a }}\n",
           "prometheus: {query: 'up{a=\"{{args.a}}\",b=\"{{ args.b-c }}\"}'}"));
  CHECK(import.check.window.duration == 5min);
  CHECK(import.check.metrics.at(0).limit->max == std::nextafter(5.0, 0.0));
  CHECK(import.check.metrics.at(0).query.find(R"(up{a="{{a}}",b="{{b_c}}"})") != std::string::npos);
  CHECK(import.check.vars ==
        std::map<std::string, std::string>{{"a", "5"}, {"b_c", "fill-in-b-c"}});
}

TEST_CASE("Datadog, Graphite and New Relic are asked so that the one series has a name") {
  const Import datadog =
      import_one("argo-rollouts", "t.yaml",
                 with("      successCondition: result < 5\n",
                      "datadog: {query: 'sum:errors{service:{{args.a}},env:prod}.as_count()'}"));
  CHECK(datadog.check.metrics.at(0).query ==
        "sum:errors{service:{{a}},env:prod} by {service}.as_count()");
  CHECK(datadog.check.metrics.at(0).host_label == "service");
  CHECK(names_of(datadog.check.canary) == std::vector<std::string>{"{{a}}"});
  const Import graphite = import_one(
      "argo-rollouts", "t.yaml",
      with("      successCondition: result[0] < 5\n", "graphite: {query: sumSeries(a.*.b)}"));
  CHECK(graphite.check.metrics.at(0).query == "alias(sumSeries(a.*.b), '{{canary_hosts}}')");
  const Import newrelic = import_one("argo-rollouts", "t.yaml",
                                     with("      successCondition: result < 5\n",
                                          "newRelic: {query: \"SELECT count(*) FROM Transaction "
                                          "WHERE appName = 'web' AND x > 1\"}"));
  CHECK(newrelic.check.metrics.at(0).host_label == "appName");
  CHECK(names_of(newrelic.check.canary) == std::vector<std::string>{"web"});
}

TEST_CASE("metrics of two rhythms make two checks") {
  const ImportResult result =
      import_all("argo-rollouts", {{"t.yaml",
                                    "kind: ClusterAnalysisTemplate\nmetadata: {name: t}\nspec:\n"
                                    "  metrics:\n"
                                    "    - {name: a, interval: 1m, count: 5, successCondition: "
                                    "'result[0] < 1', provider: {prometheus: {query: a}}}\n"
                                    "    - {name: b, interval: 2m, count: 5, successCondition: "
                                    "'result[0] < 1', provider: {prometheus: {query: b}}}\n"
                                    "    - {name: c, interval: 1m, count: 5, successCondition: "
                                    "'result[0] < 1', provider: {prometheus: {query: c}}}\n"}});
  REQUIRE(result.checks.size() == 2);
  CHECK(result.checks[0].name == "t");
  CHECK(result.checks[0].metrics == 2);
  CHECK(result.checks[1].name == "t-2");
  CHECK(read_back(result.checks[1].text, "t-2").window.step == 2min);
}

TEST_CASE("a metric that cannot fail, is a dry run, or asks something else is left out by name") {
  const auto left_out = [](const std::string& lines, const std::string& provider) {
    const std::string good =
        "    - {name: good, successCondition: 'result[0] < 1', provider: {prometheus: {query: "
        "a}}}\n";
    return import_one("argo-rollouts", "t.yaml", with(lines, provider) + good).left_out;
  };
  constexpr const char* kPrometheus = "prometheus: {query: up}";
  using Lines = std::vector<std::string>;
  CHECK(left_out("", kPrometheus) ==
        Lines{"t.yaml:6:7: metric 'm' is not in the check: it has no condition, so that it never "
              "fails"});
  CHECK(left_out("      interval: 1m\n      count: 3\n      failureLimit: 3\n"
                 "      successCondition: result[0] < 1\n",
                 kPrometheus) ==
        Lines{"t.yaml:6:7: metric 'm' is not in the check: with a failureLimit of 3 in 3 "
              "measurements it never fails"});
  CHECK(left_out("      successCondition: result[0] < 1\n", "cloudWatch: {interval: 5m}") ==
        Lines{"t.yaml:8:18: metric 'm' is not in the check: provider cloudWatch without a `query` "
              "cannot be carried over"});
  CHECK(left_out("      successCondition: result[0] < 1\n", "wavefront: {query: x}") ==
        Lines{"t.yaml:8:18: metric 'm' is not in the check: no query of wavefront can be carried "
              "over"});
  CHECK(left_out("      successCondition: result < 1\n", "datadog: {query: 'avg:x{*}'}") ==
        Lines{"t.yaml:8:18: metric 'm' is not in the check: its query fixes no tag as in "
              "{service:web}, so its series has no name"});
}

TEST_CASE("what cannot be understood is refused with its place") {
  using Lines = std::vector<std::string>;
  CHECK(refused("      successCondition: result[0] * 2 < 5\n")
            .at(0)
            .starts_with("t.yaml:7:25: successCondition: column 11 of it: '*' is beyond what can "
                         "be imported; "));
  CHECK(refused("      successCondition: result[0] < 1 || result[0] > 2\n") ==
        Lines{"t.yaml:7:25: successCondition: the numbers that pass it are not one range"});
  CHECK(refused("      successCondition: result[0] < 1 && result[0] > 2\n") ==
        Lines{"t.yaml:7:25: successCondition: no number passes it"});
  CHECK(refused("      interval: soon\n      successCondition: result[0] < 1\n") ==
        Lines{"t.yaml:7:17: interval: 'soon' is no duration such as 30s or 5m"});
  CHECK(refused("      count: 5\n      successCondition: result[0] < 1\n") ==
        Lines{"t.yaml:7:14: count: more than one measurement needs an interval of more than 0s"});
  CHECK(refused("      failureLimit: -1\n      successCondition: result[0] < 1\n") ==
        Lines{"t.yaml:7:21: failureLimit: '-1' cannot be imported; it must be a whole number of at "
              "least 0"});
  CHECK(refused("      successCondition: result[0] < {{args.b-c}}\n") ==
        Lines{"t.yaml:7:25: successCondition: argument 'b-c' has no value here, and a check needs "
              "one; give it a `value` in `args`"});
  CHECK(refused("      successCondition: result[0] < 1\n", "prometheus: {query: '{{inputs.x}}'}") ==
        Lines{"t.yaml:8:38: query: '{{inputs.x}}' is no argument of this template"});
  CHECK(refusals("argo-rollouts", "t.yaml", "kind: Rollout\n") ==
        Lines{"t.yaml: there is no AnalysisTemplate or ClusterAnalysisTemplate in it"});
  CHECK(refusals("argo-rollouts", "t.yaml", "kind: AnalysisTemplate\nspec: {}\n") ==
        Lines{"t.yaml:1:1: this AnalysisTemplate has no list `spec.metrics`"});
}

}  // namespace canarygate::test
