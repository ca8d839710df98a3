#include "pipelines/history/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "checks/text.h"
#include "pipelines/reporters/reporters.h"

namespace canarygate::history {

namespace {

std::optional<double> finite(std::optional<double> value) {
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::string first_of(const std::vector<Reason>& reasons) {
  return reasons.empty() ? "" : printable(reasons.front().text);
}

std::string fact(const Report& report, const std::string& name) {
  const auto found = report.ci.find(name);
  return found == report.ci.end() ? "" : printable(found->second);
}

RecordedMetric metric_of(const MetricOutcome& metric) {
  RecordedMetric recorded;
  recorded.name = printable(metric.spec.name);
  recorded.verdict = metric.finding.verdict;
  recorded.optional = metric.spec.optional;
  recorded.ratio = metric.finding.effect.kind == judge::Effect::Kind::ratio;
  recorded.effect = finite(metric.finding.effect.estimate);
  recorded.lower = finite(metric.finding.effect.lower);
  recorded.upper = finite(metric.finding.effect.upper);
  recorded.reason = first_of(metric.finding.reasons);
  return recorded;
}

/// A bad canary is not gone when its window is: as long again for taking it back.
void set_event(const Outcome& outcome, Duration observed, Record& record) {
  if (outcome.deployed) record.deployed_at = outcome.deployed_at;
  if (!outcome.deployed && !outcome.deploy_ran) return;
  record.event_from = outcome.deploy_ran ? outcome.started_at + observed : outcome.deployed_at;
  if (outcome.deployed) record.event_from = std::min(*record.event_from, outcome.deployed_at);
  const TimePoint end = std::max(outcome.window.end, outcome.finished_at);
  record.event_to = outcome.deployed ? std::max(outcome.window.end, outcome.deployed_at) : end;
  if (outcome.verdict == Verdict::fail) {
    record.event_to = *record.event_to + (*record.event_to - *record.event_from);
  }
}

}  // namespace

const char* to_string(Mark mark) {
  return mark == Mark::right ? "right" : mark == Mark::wrong ? "wrong" : "";
}

Record record_of(const Report& report, int exit_code, const std::string& definition,
                 Duration observed) {
  const Outcome& outcome = report.outcome;
  Record record;
  record.run_id = report.run_id;
  record.check = outcome.check;
  record.environment = outcome.environment;
  record.soft = report.soft_fail;
  record.verdict = outcome.verdict;
  record.exit_code = exit_code;
  record.hard_exit_code = report.hard_exit_code;
  record.reason = first_of(outcome.reasons);
  if (report.override_reason) record.override_reason = printable(*report.override_reason);
  record.override_user = printable(report.override_user);
  record.started_at = outcome.started_at;
  record.finished_at = outcome.finished_at;
  set_event(outcome, observed, record);
  record.definition = definition;
  record.program = report.program_version;
  record.build_url = fact(report, "build_url");
  record.commit = fact(report, "commit");
  record.author = fact(report, "author");
  for (const MetricOutcome& metric : outcome.metrics) record.metrics.push_back(metric_of(metric));
  Report published = report;
  published.exit_code = exit_code;
  record.report = render_json(published);
  return record;
}

std::string hash_of(const std::vector<std::string>& files) {
  // FNV-1a: it tells versions of a file apart and protects from nothing.
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (const std::string& file : files) {
    std::ifstream input(file, std::ios::binary);
    for (std::istreambuf_iterator<char> at(input), end; at != end; ++at) {
      add(static_cast<unsigned char>(*at));
    }
    add(0);  // what ends one file is not what begins the next
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace canarygate::history
