#include "checks/import/draft.h"

#include <doctest/doctest.h>

#include "checks/duration.h"
#include "tests/import/support.h"

namespace canarygate::test {

namespace {

DraftCheck small() {
  DraftCheck draft;
  draft.check.name = "web";
  draft.check.canary = listed({"web-1"});
  draft.check.baseline = listed({"web-2"});
  DraftMetric metric;
  metric.spec.name = "errors";
  metric.spec.query = "app_errors";
  draft.metrics.push_back(metric);
  return draft;
}

CheckDefinition written_and_read(DraftCheck draft) {
  tidy(draft);
  return read_back(write_draft(draft, {}), draft.check.name);
}

}  // namespace

TEST_CASE("a draft of few keys is a file of few lines") {
  CHECK(write_draft(small(), {}) ==
        "# yaml-language-server: $schema=check.schema.json\n"
        "version: 1\n"
        "check: web\n"
        "canary: {hosts: [web-1]}\n"
        "baseline: {hosts: [web-2]}\n"
        "metrics:\n"
        "  - name: errors\n"
        "    query: app_errors\n");
}

TEST_CASE("what is to be filled in and what was left out stands at the top, on lines of its own") {
  DraftCheck draft = small();
  draft.comments = {"Imported from a\nb."};
  draft.fill_in = {"the hosts"};
  draft.key_comments["canary"] = {"fill in: the hosts"};
  draft.metrics.front().comments = {"was: x\ny"};
  draft.metrics.front().backend_type = "prometheus";
  const std::vector<LeftOut> left_out = {{"a.json: metrics[0]", "colour: red\nversion: 2"}};
  const std::string text = write_draft(draft, left_out);
  CHECK(
      text.starts_with("# yaml-language-server: $schema=check.schema.json\n"
                       "# Imported from a\n"
                       "# b.\n"
                       "# Backend `default` of the environment must be of type prometheus.\n"
                       "# Fill in:\n"
                       "#   - the hosts\n"
                       "# Not carried over:\n"
                       "#   - a.json: metrics[0]: colour: red\n"
                       "# version: 2\n"
                       "version: 1\n"));
  CHECK(text.find("# fill in: the hosts\ncanary: ") != std::string::npos);
  CHECK(text.find("  # was: x\n  # y\n  - name: errors\n") != std::string::npos);
}

TEST_CASE("every key of a check reads back as it was drafted") {
  using namespace std::chrono_literals;
  DraftCheck draft = small();
  CheckDefinition& c = draft.check;
  c.description = "Line one: of\n\"two\"";
  c.owner = "#team";
  c.runbook = "https://wiki.example.com/a?b=c#d";
  c.tags = {"a, b", "true"};
  c.vars = {{"region", "1"}, {"tier", "web: \"x\""}};
  c.canary.kind = GroupSpec::Kind::tags;
  c.canary.tags = {{"track", "canary: 1"}};
  c.baseline.kind = GroupSpec::Kind::rest;
  c.expect = {2, 3min, {{"version", "{{version}}"}}};
  c.window = {0min, 20min, 1min};
  c.mode = Mode::soft;
  c.on_no_data = Policy::error;
  c.on_undecided = Policy::pass;
  c.judge.false_alarms = 0.05;
  c.judge.history = 0h;
  c.judge.reference = 30min;
  c.judge.looks = 3;
  c.judge.placebos = 500;
  c.judge.detect = 0.3;
  c.judge.early_pass = true;
  c.judge.min_coverage = 0.5;
  c.traffic = Traffic{"requests", "other", "pod", 200, 0.2};
  c.score = ScoreRule{{{"latency: p99", 100}}, 90, 50};
  draft.metrics.front().spec.groups = {"latency: p99"};
  const CheckDefinition read = written_and_read(draft);
  CHECK(read.description == c.description);
  CHECK(read.owner == c.owner);
  CHECK(read.runbook == c.runbook);
  CHECK(read.tags == c.tags);
  CHECK(read.vars == c.vars);
  CHECK(read.canary.tags == c.canary.tags);
  CHECK(read.baseline.kind == GroupSpec::Kind::rest);
  CHECK(read.expect.hosts == 2);
  CHECK(read.expect.wait == 3min);
  CHECK(read.expect.label == c.expect.label);
  CHECK(read.window.warmup == 0min);
  CHECK(read.window.duration == 20min);
  CHECK(read.window.step == 1min);
  CHECK(read.mode == Mode::soft);
  CHECK(read.on_no_data == Policy::error);
  CHECK(read.on_undecided == Policy::pass);
  CHECK(read.judge.false_alarms == doctest::Approx(0.05));
  CHECK(read.judge.history == 0h);
  CHECK(read.judge.reference == 30min);
  CHECK(read.judge.looks == 3);
  CHECK(read.judge.placebos == 500);
  CHECK(read.judge.detect == doctest::Approx(0.3));
  CHECK(read.judge.early_pass);
  CHECK(read.judge.min_coverage == 0.5);
  REQUIRE(read.traffic);
  CHECK(read.traffic->query == "requests");
  CHECK(read.traffic->backend == "other");
  CHECK(read.traffic->host_label == "pod");
  CHECK(read.traffic->min == 200);
  CHECK(read.traffic->min_share == doctest::Approx(0.2));
  REQUIRE(read.score);
  CHECK(read.score->weights == c.score->weights);
  CHECK(read.score->pass == 90);
  CHECK(read.score->marginal == 50);
}

TEST_CASE("so does every key of a metric") {
  using namespace std::chrono_literals;
  DraftCheck draft = small();
  draft.check.score = ScoreRule{};
  draft.metrics.front().spec.groups = {"rest"};
  MetricSpec m;
  m.name = "errors: of 'all' \"kinds\"";
  m.errors = "a{b=\"c\"}";
  m.total = std::string(90, 't') + "\n  + x";
  m.backend = "other";
  m.host_label = "pod";
  m.unit = "ms";
  m.worse = Worse::lower;
  m.allow = 0.1;
  m.limit = Limit{2.5, -1, Limit::Per::host, Limit::Run{3, 5}};
  m.min_traffic = 10;
  m.pseudo_count = 10;
  m.judge = JudgeSettings{};
  m.judge->method = JudgeMethod::threshold;
  m.optional = true;
  m.critical = true;
  m.weight = 50;
  m.groups = {"a: b", "c"};
  m.settle = 0s;
  m.links = {{"dash: board", "https://a.example.com/x?y={{canary_hosts}}"}};
  draft.metrics.push_back({m, "", {}});
  MetricSpec of_query = draft.metrics.front().spec;
  of_query.name = "latency";
  of_query.allow = 0.5;
  of_query.allow_is_percent = false;
  of_query.scale = Scale::difference;
  of_query.summary = "p90";
  draft.metrics.push_back({of_query, "", {}});
  const CheckDefinition read = written_and_read(draft);
  const MetricSpec& r = read.metrics.at(1);
  CHECK(r.name == m.name);
  CHECK(r.errors == m.errors);
  CHECK(r.total == m.total);
  CHECK(r.backend == "other");
  CHECK(r.host_label == "pod");
  CHECK(r.unit == "ms");
  CHECK(r.worse == Worse::lower);
  CHECK(r.allow == doctest::Approx(0.1));
  REQUIRE(r.limit);
  CHECK(r.limit->max == 2.5);
  CHECK(r.limit->min == -1);
  CHECK(r.limit->per == Limit::Per::host);
  REQUIRE(r.limit->run);
  CHECK(r.limit->run->bad == 3);
  CHECK(r.limit->run->of == 5);
  CHECK(r.min_traffic == 10);
  CHECK(r.pseudo_count == 10);
  REQUIRE(r.judge);
  CHECK(r.judge->method == JudgeMethod::threshold);
  CHECK(r.optional);
  CHECK(r.critical);
  CHECK(r.weight == 50);
  CHECK(r.groups == m.groups);
  CHECK(r.settle == 0s);
  CHECK(r.links == m.links);
  const MetricSpec& q = read.metrics.at(2);
  CHECK(q.allow == 0.5);
  CHECK_FALSE(q.allow_is_percent);
  CHECK(q.scale == Scale::difference);
  CHECK(q.summary == "p90");
}

TEST_CASE("Kayenta's settings read back, a metric's own over the check's") {
  DraftCheck draft = small();
  KayentaSettings& k = draft.check.judge.kayenta;
  draft.check.judge.method = JudgeMethod::kayenta;
  k.nan = KayentaSettings::Nan::replace;
  JudgeSettings own = draft.check.judge;
  own.kayenta.direction = KayentaSettings::Direction::decrease;
  own.kayenta.nan = KayentaSettings::Nan::remove;
  own.kayenta.outliers = KayentaSettings::Outliers::remove;
  own.kayenta.outlier_factor = 2.5;
  own.kayenta.must_have_data = true;
  own.kayenta.measure = KayentaSettings::Measure::cles;
  own.kayenta.allowed_increase = 0.6;
  own.kayenta.allowed_decrease = 0.4;
  own.kayenta.critical_increase = 0.8;
  own.kayenta.critical_decrease = 0.2;
  draft.metrics.front().spec.judge = own;
  const CheckDefinition read = written_and_read(draft);
  CHECK(read.judge.method == JudgeMethod::kayenta);
  CHECK(read.judge.kayenta.nan == KayentaSettings::Nan::replace);
  const KayentaSettings r = read.judge_of(read.metrics.front()).kayenta;
  CHECK(r.direction == KayentaSettings::Direction::decrease);
  CHECK(r.nan == KayentaSettings::Nan::remove);
  CHECK(r.outliers == KayentaSettings::Outliers::remove);
  CHECK(r.outlier_factor == 2.5);
  CHECK(r.must_have_data);
  CHECK(r.measure == KayentaSettings::Measure::cles);
  CHECK(r.allowed_increase == 0.6);
  CHECK(r.allowed_decrease == 0.4);
  CHECK(r.critical_increase == 0.8);
  CHECK(r.critical_decrease == 0.2);
}

TEST_CASE("any words make names that a definition takes, each once") {
  CHECK(check_name_of("My Service: p99 / latency!") == "My-Service-p99-latency");
  CHECK(check_name_of("../etc") == "etc");
  CHECK(check_name_of("\xC3\xA4") == "imported");
  CHECK(variable_name_of("service-name") == "service_name");
  CHECK(variable_name_of("1st") == "arg_1st");
  CHECK(variable_name_of("step") == "arg_step");
  DraftCheck draft = small();
  draft.check.name = "a b";
  draft.metrics.push_back(draft.metrics.front());
  draft.metrics.push_back(draft.metrics.front());
  draft.metrics.back().spec.name = "\n";
  const CheckDefinition read = written_and_read(draft);
  CHECK(read.name == "a-b");
  CHECK(read.metrics.at(0).name == "errors");
  CHECK(read.metrics.at(1).name == "errors 2");
  CHECK(read.metrics.at(2).name == "\\x0A");
}

TEST_CASE("one type of backend is the default, several have their own names") {
  DraftCheck draft = small();
  draft.metrics.front().backend_type = "prometheus";
  CHECK(written_and_read(draft).metrics.front().backend == "default");
  draft.metrics.push_back(draft.metrics.front());
  draft.metrics.back().backend_type = "datadog";
  const CheckDefinition read = written_and_read(draft);
  CHECK(read.metrics.at(0).backend == "prometheus");
  CHECK(read.metrics.at(1).backend == "datadog");
}

}  // namespace canarygate::test
