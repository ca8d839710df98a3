#include "tests/support/reports.h"

#include <doctest/doctest.h>

#include "checks/duration.h"
#include "tests/support/pictures.h"

namespace canarygate::test {

namespace {

using namespace std::chrono_literals;

const TimePoint kDeployed = *parse_time("2026-11-20T14:03:20Z");

MetricOutcome metric(const std::string& name, const std::string& unit, Verdict verdict) {
  MetricOutcome m;
  m.spec.name = name;
  m.spec.unit = unit;
  m.spec.worse = Worse::higher;
  m.spec.query = "unused";
  m.finding.metric = name;
  m.finding.verdict = verdict;
  m.finding.method = JudgeMethod::placebo;
  m.finding.canary = {std::nullopt, 40, 2};
  m.finding.baseline = {std::nullopt, 200, 10};
  m.finding.evidence = judge::Evidence::strong;
  m.queries = {{"default", "sum by (instance) (" + name.substr(0, name.find(' ')) + ")"}};
  return m;
}

MetricOutcome failed_tasks(Verdict verdict) {
  MetricOutcome m = metric("failed tasks", "1/s", verdict);
  m.queries = {{"default",
                "sum by (instance) (rate(bg_tasks_failed_total{instance=~\"web-7:9100|web-8:9100|"
                "web-1:9100\"}[1m]))"}};
  m.links = {{"dashboard", "https://grafana.example.com/d/abc?var-host=web-7%3A9100"}};
  m.finding.baseline.mean = 0.4137;
  m.finding.sensitivity = 0.262;
  m.finding.canary.mean = 0.4297;
  m.finding.effect = {judge::Effect::Kind::ratio, 0.0387, -0.131, 0.242};
  m.finding.p_value = 0.31;
  m.finding.adjusted_p_value = 0.62;
  m.finding.hosts = {{"web-7:9100", true, 0.41, 20}, {"web-8:9100", true, 0.4494, 20}};
  return m;
}

MetricOutcome worse_failed_tasks() {
  MetricOutcome m = failed_tasks(Verdict::fail);
  m.finding.canary.mean = 2.937;
  m.finding.effect = {judge::Effect::Kind::ratio, 6.0993, 3.118, 9.042};
  m.finding.p_value = 0.0005;
  m.finding.adjusted_p_value = 0.0005;
  m.finding.stopped_at_look = 2;
  m.finding.since = kDeployed + 135s;
  m.finding.hosts = {{"web-7:9100", true, 3.12, 8}, {"web-8:9100", true, 2.754, 8}};
  m.finding.reasons = {{"regression", "failed tasks", std::nullopt,
                        "the canary is worse than chance explains: 0.41 against 2.9"}};
  return m;
}

MetricOutcome latency(Verdict verdict) {
  MetricOutcome m = metric("p99 latency", "s", verdict);
  m.links = {{"dashboard", "https://grafana.example.com/d/lat"}};
  m.finding.baseline.mean = 1.2042;
  m.finding.canary.mean = 1.2399;
  m.finding.effect = {judge::Effect::Kind::ratio, 0.0296, -0.041, 0.103};
  m.finding.sensitivity = 0.094;
  m.finding.p_value = 0.22;
  m.finding.adjusted_p_value = 0.51;
  m.finding.hosts = {{"web-7:9100", true, 1.22, 20}, {"web-8:9100", true, 1.26, 20}};
  return m;
}

MetricOutcome queue(Verdict verdict) {
  MetricOutcome m = metric("queue depth", "none", verdict);
  m.finding.baseline.mean = 128.4;
  m.finding.canary.mean = 125.1;
  m.finding.effect = {judge::Effect::Kind::difference, -3.3, -31.2, 24.0};
  m.finding.sensitivity = 38.0;
  m.finding.p_value = 0.58;
  m.finding.adjusted_p_value = 0.71;
  return m;
}

/// The window was left before this metric was decided.
void leave_unfinished(MetricOutcome& m) {
  m.finding.verdict = Verdict::undecided;
  m.finding.reasons = {{"window_incomplete", m.spec.name, std::nullopt,
                        "the window has not ended, and nothing has failed so far"}};
}

Report base() {
  Report report;
  report.program_version = "0.1.0";
  report.run_id = "01KAHJ4F0R8Z5TQW3Y7N2MVXCE";
  report.command_line =
      "canarygate check web-bg-tasks --env production-us --deployed-at 2026-11-20T14:03:20Z";
  report.ci = {{"provider", "jenkins"},
               {"build_url", "https://ci.example.com/job/web/4711/"},
               {"commit", "7c1d0f2b6f5c4c0e9a35c7a3c5f0b1d2e3f4a5b6"},
               {"branch", "main"}};
  Outcome& o = report.outcome;
  o.check = "web-bg-tasks";
  o.environment = "production-us";
  o.description = "Background task processing of the web monolith";
  o.owner = "team-web";
  o.runbook = "https://wiki.example.com/web-bg-tasks";
  o.seed = 42;
  o.evidence = judge::Evidence::strong;
  o.placebos = 2000;
  o.history_windows = 288;
  o.started_at = kDeployed + 2s;
  o.finished_at = kDeployed + 377s;
  o.deployed_at = kDeployed;
  o.window = {kDeployed + 60s, kDeployed + 360s, 15s, 5, 5};
  o.hosts.canary = {"web-7:9100", "web-8:9100"};
  for (int i = 10; i < 20; ++i) o.hosts.baseline.push_back("web-" + std::to_string(i) + ":9100");
  o.timings = {180ms, 420ms, 95ms, 375s};
  return report;
}

Report pass() {
  Report report = base();
  report.outcome.verdict = Verdict::pass;
  report.outcome.metrics = {failed_tasks(Verdict::pass), latency(Verdict::pass),
                            queue(Verdict::pass)};
  report.outcome.warnings = {{"no_time_of_day_control", std::nullopt, std::nullopt,
                              "less than five days of history, so the time of day could not be "
                              "taken into account"}};
  return report;
}

Report failing() {
  Report report = base();
  Outcome& o = report.outcome;
  o.verdict = Verdict::fail;
  o.metrics = {worse_failed_tasks(), latency(Verdict::undecided), queue(Verdict::undecided)};
  leave_unfinished(o.metrics[1]);
  leave_unfinished(o.metrics[2]);
  o.reasons = o.metrics[0].finding.reasons;
  o.window.looks_done = 2;
  o.finished_at = kDeployed + 197s;
  o.timings.total = 195s;
  return report;
}

Report soft_fail() {
  Report report = failing();
  report.outcome.mode = Mode::soft;
  report.soft_fail = true;
  return report;
}

Report overridden() {
  Report report = failing();
  report.override_reason = "the failures are the old queue draining, see INC-4711";
  report.override_user = "alice";
  report.ci["user"] = "alice";
  return report;
}

Report undecided() {
  Report report = base();
  Outcome& o = report.outcome;
  o.verdict = Verdict::undecided;
  o.evidence = judge::Evidence::moderate;
  o.metrics = {failed_tasks(Verdict::undecided), latency(Verdict::pass), queue(Verdict::pass)};
  judge::Finding& finding = o.metrics[0].finding;
  finding.sensitivity = 1.74;
  finding.evidence = judge::Evidence::moderate;
  finding.effect = {judge::Effect::Kind::ratio, 0.21, -0.6, 2.9};
  finding.reasons = {{"insensitive", "failed tasks", std::nullopt,
                      "the numbers are so noisy that only a change of +170 % would have been seen; "
                      "the check wants +100 % (`judge.detect`)"}};
  o.reasons = finding.reasons;
  return report;
}

Report undecided_let_through() {
  Report report = undecided();
  report.outcome.on_undecided = Policy::pass;
  return report;
}

Report no_data() {
  Report report = base();
  Outcome& o = report.outcome;
  o.verdict = Verdict::no_data;
  o.evidence = std::nullopt;
  o.metrics = {failed_tasks(Verdict::no_data), latency(Verdict::pass)};
  judge::Finding& finding = o.metrics[0].finding;
  finding = {};
  finding.metric = "failed tasks";
  finding.verdict = Verdict::no_data;
  finding.method = JudgeMethod::placebo;
  finding.reasons = {{"no_data", "failed tasks", std::nullopt,
                      "neither the canary nor the baseline has a single number in the window"}};
  o.reasons = finding.reasons;
  o.warnings = {{"unmatched_series", "failed tasks", std::nullopt,
                 "12 series belong to no host, such as web-7.example.com:9100"}};
  return report;
}

Report trouble() {
  Report report = base();
  Outcome& o = report.outcome;
  o.verdict = Verdict::trouble;
  o.trouble_kind = ErrorKind::backend;
  o.evidence = std::nullopt;
  o.placebos = 0;
  o.history_windows = 0;
  o.window.looks_done = 0;
  o.reasons = {{"backend_failed", std::nullopt, std::nullopt,
                "backend default: prom-a.example.com answered 401 Unauthorized; check the token "
                "in PROM_TOKEN"}};
  o.finished_at = kDeployed + 3s;
  o.timings = {180ms, 510ms, 0ms, 1s};
  return report;
}

Report interrupted() {
  Report report = base();
  Outcome& o = report.outcome;
  o.verdict = Verdict::undecided;
  o.interrupted_by = 15;
  o.evidence = std::nullopt;
  o.window.looks_done = 1;
  o.metrics = {failed_tasks(Verdict::undecided), latency(Verdict::undecided)};
  for (MetricOutcome& m : o.metrics) leave_unfinished(m);
  o.reasons = {{"interrupted", std::nullopt, std::nullopt, "the run was ended by SIGTERM"}};
  o.finished_at = kDeployed + 131s;
  o.timings.total = 129s;
  return report;
}

Report limit() {
  Report report = base();
  Outcome& o = report.outcome;
  o.verdict = Verdict::fail;
  o.metrics = {failed_tasks(Verdict::pass), latency(Verdict::fail)};
  MetricOutcome& m = o.metrics[1];
  m.finding.method = JudgeMethod::threshold;
  m.finding.effect = {};
  m.finding.p_value = std::nullopt;
  m.finding.adjusted_p_value = std::nullopt;
  m.finding.sensitivity = std::nullopt;
  m.finding.evidence = std::nullopt;
  m.finding.canary.mean = 2.31;
  m.finding.stopped_at_look = 5;
  m.finding.hosts = {{"web-7:9100", true, 1.94, 20}, {"web-8:9100", true, 2.68, 20}};
  m.finding.reasons = {{"limit_exceeded", "p99 latency", "web-8:9100",
                        "web-8:9100 was above 2 s at 4 of 5 points in a row; the limit is 2 s for "
                        "3 of 5"}};
  o.reasons = m.finding.reasons;
  return report;
}

/// As Kayenta's judge leaves it: a shift, and neither p-value nor sensitivity.
void judged_by_kayenta(MetricOutcome& m, judge::Effect effect) {
  m.finding.method = JudgeMethod::kayenta;
  m.finding.effect = effect;
  m.finding.p_value = std::nullopt;
  m.finding.adjusted_p_value = std::nullopt;
  m.finding.sensitivity = std::nullopt;
  m.finding.evidence = judge::Evidence::weak;
  m.finding.warnings = {{"independence_assumed", m.spec.name, std::nullopt,
                         "Kayenta's judge takes every point of a host for independent of the one "
                         "before and all hosts for alike"}};
}

Report scored(Verdict verdict) {
  Report report = base();
  Outcome& o = report.outcome;
  o.verdict = verdict;
  o.evidence = judge::Evidence::weak;
  o.placebos = 0;
  o.history_windows = 0;
  o.metrics = {worse_failed_tasks(), latency(Verdict::pass)};
  judged_by_kayenta(o.metrics[0], {judge::Effect::Kind::difference, 2.41, 2.02, 2.87});
  judged_by_kayenta(o.metrics[1], {judge::Effect::Kind::difference, 0.0359, -0.051, 0.112});
  o.metrics[0].finding.reasons.front().text =
      "failed tasks is higher on the canary: 2.94 1/s where the baseline has 0.414 1/s (shifted by "
      "+2.41 1/s, 98 % interval +2.02 to +2.87 1/s); Kayenta's test says High";
  const bool fails = verdict == Verdict::fail;
  o.score_rule = ScoreRule{{{"errors", 40}}, fails ? 95.0 : 60.0, 50};
  o.score = judge::Scored{60,
                          fails ? judge::Score::Class::marginal : judge::Score::Class::pass,
                          {{"errors", 0, 40}, {"latency", 100, 60}},
                          fails,
                          std::nullopt};
  if (!fails) return report;
  o.score->reason = Reason{"score", std::nullopt, std::nullopt,
                           "the canary scores 60 of 100, below the 95 it needs: errors 0 (weight "
                           "40), latency 100 (weight 60)"};
  o.reasons = {*o.score->reason, o.metrics[0].finding.reasons.front()};
  return report;
}

Report canary_silent() {
  Report report = base();
  Outcome& o = report.outcome;
  o.verdict = Verdict::fail;
  o.metrics = {failed_tasks(Verdict::fail), latency(Verdict::undecided)};
  leave_unfinished(o.metrics[1]);
  MetricOutcome& m = o.metrics[0];
  m.finding.effect = {};
  m.finding.p_value = std::nullopt;
  m.finding.adjusted_p_value = std::nullopt;
  m.finding.sensitivity = std::nullopt;
  m.finding.evidence = std::nullopt;
  m.finding.stopped_at_look = 3;
  m.finding.canary = {0.4494, 20, 1};
  m.finding.reasons = {{"canary_silent", "failed tasks", "web-7:9100",
                        "web-7:9100 stopped reporting at 14:05:20 UTC"}};
  m.finding.set_aside = {{"web-7:9100", "stopped reporting at 14:05:20 UTC"}};
  o.hosts.set_aside = m.finding.set_aside;
  o.hosts.missing = {"web-7:9100"};
  o.reasons = m.finding.reasons;
  o.window.looks_done = 3;
  o.evidence = std::nullopt;
  o.finished_at = kDeployed + 257s;
  o.timings.total = 255s;
  return report;
}

Report finished(Report report) {
  add_pictures(report);
  report.hard_exit_code = hard_exit_code(report.outcome);
  report.exit_code =
      exit_code(report.outcome, report.soft_fail, report.override_reason.has_value());
  return report;
}

}  // namespace

std::vector<std::pair<std::string, Report>> all_reports() {
  std::vector<std::pair<std::string, Report>> reports{
      {"pass", pass()},
      {"fail", failing()},
      {"soft_fail", soft_fail()},
      {"undecided", undecided()},
      {"undecided_let_through", undecided_let_through()},
      {"no_data", no_data()},
      {"trouble", trouble()},
      {"override", overridden()},
      {"interrupted", interrupted()},
      {"limit", limit()},
      {"canary_silent", canary_silent()},
      {"score", scored(Verdict::fail)},
      {"score_let_through", scored(Verdict::pass)}};
  for (auto& entry : reports) entry.second = finished(std::move(entry.second));
  return reports;
}

Report report_named(const std::string& name) {
  for (auto& [known, report] : all_reports()) {
    if (known == name) return report;
  }
  FAIL("no report named " << name);
  return {};
}

Report hostile_report(const std::string& payload) {
  Report report = failing();
  Outcome& o = report.outcome;
  o.check += payload;
  o.environment += payload;
  o.owner += payload;
  o.runbook += payload;
  o.hosts.canary.front() += payload;
  o.hosts.missing = {payload};
  o.hosts.set_aside = {{payload, payload}};
  o.warnings = {{"host_set_aside", payload, payload, payload}};
  o.reasons.push_back({"interrupted", std::nullopt, payload, payload});
  for (MetricOutcome& m : o.metrics) {
    m.spec.name += payload;
    m.spec.unit += payload;
    m.links["link" + payload] = "https://example.com/" + payload;
    m.queries = {{payload, payload}};
    m.spec.limit = Limit{};
    m.spec.limit->max = 3;
    for (judge::HostValue& host : m.finding.hosts) host.host += payload;
    for (Reason& reason : m.finding.reasons) {
      reason.metric = m.spec.name;
      reason.host = payload;
      reason.text += payload;
    }
  }
  report.override_reason = payload;
  report.override_user = payload;
  report.command_line += payload;
  report.ci = {{"provider", payload}, {"build_url", payload},    {"commit", payload},
               {"branch", payload},   {"pull_request", payload}, {"author", payload},
               {"user", payload}};
  return finished(std::move(report));
}

}  // namespace canarygate::test
