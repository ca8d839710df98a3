#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/import/support.h"

namespace canarygate::test {

namespace {

/// A config of one metric in group `g`; `analysis` is what its judge is told.
std::string config(const std::string& query, const std::string& analysis = "",
                   const std::string& classifier = R"("groupWeights": {"g": 100})") {
  return fmt::format(
      R"({{"name": "c", "metrics": [{{"name": "m", "groups": ["g"], "query": {{{}}},
          "analysisConfigurations": {{"canary": {{{}}}}}}}],
          "templates": {{"by-app": "app=\"${{scope}}\""}}, "classifier": {{{}}}}})",
      query, analysis, classifier);
}

constexpr const char* kUp =
    R"("type": "prometheus", "customInlineTemplate": "PromQL:up{app=\"${scope}\"}")";

Import imported(const std::string& text, ImportOptions options = {}) {
  return import_one("kayenta", "c.json", text, options);
}

KayentaSettings settings_of(const Import& import) {
  return import.check.judge_of(import.check.metrics.at(0)).kayenta;
}

std::string query_of(const std::string& query) {
  return imported(config(query)).check.metrics.at(0).query;
}

/// What a metric's query becomes for both scopes.
std::string both(const std::string& before, const std::string& after) {
  const auto side = [&](const std::string& hosts) {
    return fmt::format(R"(label_replace({}{{{{{}}}}}{}, "scope", "{{{{{}}}}}", "", ""))", before,
                       hosts, after, hosts);
  };
  return side("canary_hosts") + "\nor\n" + side("baseline_hosts");
}

std::vector<std::string> refused(const std::string& text) {
  return refusals("kayenta", "c.json", text);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the two scopes are the two hosts, and the judge is Kayenta's, asked once") {
  const Import import = imported(config(kUp));
  CHECK(import.check.name == "c");
  CHECK(names_of(import.check.canary) == Lines{"fill-in-canary-scope"});
  CHECK(names_of(import.check.baseline) == Lines{"fill-in-baseline-scope"});
  CHECK(import.check.judge.method == JudgeMethod::kayenta);
  CHECK(import.check.judge.looks == 1);
  CHECK(import.check.metrics.at(0).host_label == "scope");
  CHECK(import.check.metrics.at(0).query == both(R"(up{app=")", R"("})"));
  CHECK(import.left_out.empty());
}

TEST_CASE("all that its judge can be told about a metric is carried over as it is") {
  const KayentaSettings s = settings_of(
      imported(config(kUp, R"("nanStrategy": "replace", "mustHaveData": true, "critical": true,
              "direction": "decrease", "outliers": {"strategy": "remove", "outlierFactor": 2.5},
              "effectSize": {"measure": "cles", "allowedIncrease": 0.6, "allowedDecrease": 0.4,
                             "criticalIncrease": 0.9, "criticalDecrease": 0.1})")));
  CHECK(s.nan == KayentaSettings::Nan::replace);
  CHECK(s.must_have_data);
  CHECK(s.outliers == KayentaSettings::Outliers::remove);
  CHECK(s.outlier_factor == 2.5);
  CHECK(s.measure == KayentaSettings::Measure::cles);
  CHECK(s.allowed_increase == 0.6);
  CHECK(s.allowed_decrease == 0.4);
  CHECK(s.critical_increase == 0.9);
  CHECK(s.critical_decrease == 0.1);
  const auto metric = [](const char* analysis) {
    return imported(config(kUp, analysis)).check.metrics.at(0);
  };
  CHECK(metric(R"("nanStrategy": "replace")").judge->min_coverage == 0);
  CHECK_FALSE(metric(R"("nanStrategy": "remove")").judge);
  CHECK(metric(R"("direction": "decrease", "critical": true)").worse == Worse::lower);
  CHECK(metric(R"("direction": "decrease", "critical": true)").critical);
  CHECK(metric(R"("direction": "increase")").worse == Worse::higher);
  CHECK(metric(R"("direction": "either")").worse == Worse::either);
  const KayentaSettings usual = settings_of(imported(config(kUp)));
  CHECK(usual.nan == KayentaSettings::Nan::remove);
  CHECK(usual.outliers == KayentaSettings::Outliers::keep);
  CHECK_FALSE(usual.allowed_increase);
}

TEST_CASE("what Kayenta takes for something else is taken so, and told") {
  const Import import = imported(config(kUp, R"("direction": "up", "nanStrategy": "drop",
              "effectSize": {"measure": "max", "allowedIncrease": 0.9, "allowedDecrease": 1.5})"));
  CHECK(import.check.metrics.at(0).worse == Worse::either);
  CHECK_FALSE(settings_of(import).allowed_increase);
  const std::string at = "c.json: metrics[0].analysisConfigurations.canary.";
  CHECK(import.left_out ==
        Lines{at + "direction: unknown 'up', which Kayenta takes for either",
              at + "nanStrategy: unknown 'drop', which Kayenta takes for remove",
              at + "effectSize.measure: unknown 'max', which Kayenta takes for meanRatio",
              at + "effectSize.allowedIncrease: 0.9 is on the other side of no change, 1; that is "
                   "taken instead",
              at + "effectSize.allowedDecrease: 1.5 is on the other side of no change, 1; that is "
                   "taken instead"});
}

TEST_CASE("a Prometheus query is what Kayenta would build of its parts") {
  CHECK(
      query_of(R"("type": "prometheus", "metricName": "m", "labelBindings": ["a=\"1\"", "b!=\"2\""],
                    "customFilterTemplate": "by-app")") ==
      both(R"(avg(m{app=")", R"(",a="1",b!="2"}))"));
  CHECK(
      query_of(
          R"("type": "prometheus", "metricName": "m", "customInlineTemplate": "x=~\"${ scope }-.*\"")") ==
      both(R"(avg(m{x=~")", R"(-.*"}))"));
  const std::string ec2 =
      query_of(R"("type": "prometheus", "metricName": "m", "resourceType": "aws_ec2_instance")");
  CHECK(ec2 == both(R"(avg(m{asg_groupName=")", R"(",zone=~"{{location}}.{1}"}))"));
  const std::string gce =
      query_of(R"("type": "prometheus", "metricName": "m", "resourceType": "gce_instance")");
  CHECK(gce == both(R"(avg(m{instance=~")", R"(-.{4}",zone=~".+/zones/{{location}}-.{1}"}))"));
  CHECK(query_of(
            R"("type": "prometheus", "customInlineTemplate": "PromQL:up{app=\"$\\{scope}\"}")") ==
        both(R"(up{app=")", R"("})"));
}

TEST_CASE("other bindings of a template are variables that the user gives") {
  const Import import = imported(config(
      R"("type": "prometheus", "customInlineTemplate": "PromQL:up{a=\"${scope}\",l=\"${location}\",s=\"${shard}\"}")"));
  CHECK(import.check.vars == std::map<std::string, std::string>{{"location", "fill-in-location"},
                                                                {"shard", "fill-in-shard"}});
  CHECK(import.text.find("--var shard=VALUE") != std::string::npos);
}

TEST_CASE("a comment at the end of a query does not swallow what is put around it") {
  const std::string query = query_of(
      R"("type": "prometheus", "customInlineTemplate": "PromQL:up{a=\"${scope}\"} # all")");
  CHECK(query.starts_with("label_replace(up{a=\"{{canary_hosts}}\"} # all\n, \"scope\""));
}

TEST_CASE("the other services that have a backend here are asked in its language") {
  CHECK(
      query_of(
          R"("type": "datadog", "metricName": "a.b", "metricType": "gauge", "tags": ["env:x"])") ==
      "avg:a.b{host IN ({{hosts}}) AND env:x} by {host}");
  CHECK(
      query_of(
          R"q("type": "datadog", "customInlineTemplate": "sum:a{version:${scope},env:x}.as_count() / sum:b{version:${scope}}.as_count()")q") ==
      "sum:a{version IN ({{hosts}}),env:x} by {version}.as_count() / sum:b{version IN "
      "({{hosts}})} by {version}.as_count()");
  CHECK(query_of(R"("type": "graphite", "metricName": "a.$location.${scope}.b")") ==
        "group(\nalias(a.{{location}}.{{canary_hosts}}.b, '{{canary_hosts}}'),\n"
        "alias(a.{{location}}.{{baseline_hosts}}.b, '{{baseline_hosts}}'))");
  CHECK(query_of(
            R"("type": "newrelic", "select": "SELECT count(*) FROM T", "q": "a = 1 OR b = 2")") ==
        "SELECT count(*) FROM T WHERE (a = 1 OR b = 2) AND host IN ({{hosts}})");
  CHECK(query_of(R"("type": "influxdb", "metricName": "cpu", "fields": ["idle"])") ==
        "SELECT mean(\"idle\") FROM \"cpu\" WHERE \"host\" =~ /^({{hosts}})$/ AND $timeFilter "
        "GROUP BY time($__interval), \"host\"");
}

TEST_CASE("a metric that cannot be asked for is left out, with the reason") {
  const auto reason = [](const std::string& query) {
    const auto lines = refused(config(query));
    REQUIRE(lines.size() == 1);
    constexpr std::string_view kBegin =
        "c.json: metrics: none of its metrics can be imported: c.json: metrics[0]: metric 'm' is "
        "not in the check: ";
    REQUIRE(lines.front().starts_with(kBegin));
    return lines.front().substr(kBegin.size());
  };
  CHECK(reason(R"("type": "stackdriver")") == "no query of stackdriver can be carried over");
  CHECK(reason(R"("metricName": "x")") == "its query says no type");
  CHECK(reason(R"("type": "prometheus", "metricName": "x")") ==
        "it has neither a template nor a resourceType that says how a scope becomes labels; "
        "Kayenta refuses it, too");
  CHECK(reason(R"("type": "prometheus", "metricName": "x", "customFilterTemplate": "no")") ==
        "it uses template 'no', which the file does not have");
  CHECK(
      reason(
          R"("type": "prometheus", "customInlineTemplate": "PromQL:up{a=\"${scope?upper_case}\"}")") ==
      "its template uses '${scope?upper_case}', and only ${name} can be carried over");
  CHECK(reason(R"("type": "prometheus", "customInlineTemplate": "PromQL:<#if x>up</#if>")") ==
        "its template uses '<#', and only ${name} can be carried over");
  CHECK(reason(R"("type": "datadog", "metricName": "x", "tags": ["{{y"])") ==
        "it has '{{' in it, which begins a variable here");
  CHECK(
      refused(config(R"("type": "atlas")", R"("critical": true)")).front() ==
      "c.json: metrics: none of its metrics can be imported: c.json: metrics[0]: metric 'm', which "
      "is critical, is not in the check: no query of atlas can be carried over");
  CHECK(reason(R"("type": "prometheus", "customFilter": "x")") ==
        "it has a customFilter, which Kayenta has given up");
}

TEST_CASE("weights of groups without a metric are lost, and the others grow to 100") {
  const Import import = imported(config(
      kUp, "",
      R"("groupWeights": {"g": 60, "h": 40}, "scoreThresholds": {"pass": 80, "marginal": 40})"));
  REQUIRE(import.check.score);
  CHECK(import.check.score->weights == std::map<std::string, double>{{"g", 100}});
  CHECK(import.check.score->pass == 80);
  CHECK(import.check.score->marginal == 40);
  CHECK(import.left_out ==
        Lines{"c.json: classifier.groupWeights.h: no metric of the check is in this group; the "
              "others' weights have grown to 100"});
}

TEST_CASE("groups without a weight share what is left, and those with none of it do not count") {
  const std::string metrics = R"({"name": "c", "metrics": [
      {"name": "a", "groups": ["x"], "query": {"type": "newrelic", "select": "SELECT 1"}},
      {"name": "b", "groups": ["y"], "query": {"type": "newrelic", "select": "SELECT 1"}},
      {"name": "c", "groups": ["z"], "query": {"type": "newrelic", "select": "SELECT 1"}},
      {"name": "d", "query": {"type": "newrelic", "select": "SELECT 1"}}],
      "classifier": {"groupWeights": {"x": )";
  const Import shared = imported(metrics + "40}}}");
  CHECK(shared.check.score->weights ==
        std::map<std::string, double>{{"x", 40}, {"y", 30}, {"z", 30}});
  CHECK(shared.left_out ==
        Lines{"c.json: metrics[3]: it is in no group, so that Kayenta does not count it"});
  const Import taken = imported(metrics + "100}}}");
  CHECK(taken.check.metrics.size() == 1);
  CHECK(taken.left_out.front() ==
        "c.json: metrics[1]: its groups weigh 0, so that Kayenta does not count it");
}

TEST_CASE("--judge placebo keeps how much is allowed and lists what only Kayenta has") {
  const ImportOptions placebo{ImportOptions::Judge::placebo};
  const Import import =
      imported(config(kUp, R"("direction": "increase", "nanStrategy": "replace", "critical": true,
                     "effectSize": {"allowedIncrease": 1.25, "criticalIncrease": 3})"),
               placebo);
  CHECK(import.check.judge.method == JudgeMethod::placebo);
  CHECK(import.check.metrics.at(0).allow == doctest::Approx(0.25));
  CHECK(import.check.metrics.at(0).worse == Worse::higher);
  CHECK(import.check.metrics.at(0).critical);
  const std::string at = "c.json: metrics[0].analysisConfigurations.canary.";
  CHECK(import.left_out == Lines{at + "nanStrategy: only judge kayenta has it",
                                 at + "effectSize.criticalIncrease: only judge kayenta has it"});
  const auto allow = [&](const char* analysis) {
    return imported(config(kUp, analysis), placebo).check.metrics.at(0).allow;
  };
  CHECK(allow(R"("direction": "decrease", "effectSize": {"allowedDecrease": 0.8})") ==
        doctest::Approx(0.2));
  CHECK(
      allow(
          R"("direction": "either", "effectSize": {"allowedIncrease": 1.5, "allowedDecrease": 0.9})") ==
      doctest::Approx(0.1));
  CHECK(allow(R"("direction": "either", "effectSize": {"allowedIncrease": 1.5})") == 0);
}

TEST_CASE("a request tells the scopes, the location and the thresholds") {
  const Import import = imported(
      R"({"canaryConfig": )" +
      config(
          R"("type": "prometheus", "customInlineTemplate": "PromQL:up{a=\"${scope}\",b=\"${location}\"}")") +
      R"(, "executionRequest": {"thresholds": {"pass": 90, "marginal": 50}, "scopes": {"default": {
          "controlScope": {"scope": "v1", "location": "eu"},
          "experimentScope": {"scope": "v2", "location": "eu"}}}}})");
  CHECK(names_of(import.check.canary) == Lines{"v2"});
  CHECK(names_of(import.check.baseline) == Lines{"v1"});
  CHECK(import.check.vars.at("location") == "eu");
  CHECK(import.check.score->pass == 90);
  CHECK(import.check.score->marginal == 50);
}

TEST_CASE("a muted metric is left out, and what says nothing of judging is not told") {
  const std::string text = R"({"name": "c", "applications": ["x"], "configVersion": "1", "extra": 1,
      "metrics": [
      {"name": "a", "query": {"type": "newrelic", "select": "SELECT 1"}},
      {"name": "b", "query": {"type": "newrelic", "select": "SELECT 1"},
       "analysisConfigurations": {"canary": {"muted": true}}}]})";
  CHECK(imported(text).left_out ==
        Lines{"c.json: metrics[1]: it is muted", "c.json: extra: an unknown key"});
}

TEST_CASE("what is no canary config is refused with the place") {
  CHECK(refused("{}") ==
        Lines{"c.json: this is no Kayenta canary config: it has no list `metrics`"});
  CHECK(refused("[]") ==
        Lines{"c.json: this is no Kayenta canary config: it has no list `metrics`"});
  CHECK(refused(R"({"metrics": []})") ==
        Lines{"c.json: metrics: none of its metrics can be imported: there are none"});
  CHECK(refused(R"({"metrics": [{"name": "x"}]})") ==
        Lines{"c.json: metrics[0]: a metric needs `name` and `query`"});
  CHECK(refused(R"({"metrics": [], "judge": {"name": "dredd"}})").front() ==
        "c.json: judge.name: judge 'dredd' is none that canarygate has; with --judge placebo the "
        "metrics are imported without it");
  CHECK(refused(config(kUp, R"("critical": "yes")")) ==
        Lines{"c.json: metrics[0].analysisConfigurations.canary.critical: must be true or false, "
              "not 'yes'"});
  CHECK(refused(config(kUp, R"("effectSize": {"allowedIncrease": "10%"})")) ==
        Lines{"c.json: metrics[0].analysisConfigurations.canary.effectSize.allowedIncrease: must "
              "be a number of at least 0, not '10%'"});
  CHECK(refused(config(kUp, "", R"("groupWeights": {"g": 80, "h": 40})")) ==
        Lines{"c.json: classifier.groupWeights: the weights add up to 120, and 100 is all there "
              "is"});
  CHECK(refused(config(kUp, R"("critical": true)", R"("groupWeights": {"g": 0, "h": 100})")) ==
        Lines{"c.json: metrics[0]: its groups weigh 0, and it is critical: give it a group with a "
              "weight"});
  CHECK(refused(config(kUp, "", R"("scoreThresholds": {"pass": 50, "marginal": 75})")) ==
        Lines{"c.json: classifier.scoreThresholds: must have a `pass` above 0 and up to 100, and "
              "`marginal` not above it"});
  CHECK(refused("{") == Lines{"c.json:1:2: not valid JSON: this is not what can stand here"});
}

}  // namespace canarygate::test
