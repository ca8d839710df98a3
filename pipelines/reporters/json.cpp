/// The JSON report, version 1 (INTERFACE.md 4). Every field is always there, null where nothing is
/// known; numbers are finite or null. `report_schema.cpp` describes the same fields.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "checks/definition/worse.h"
#include "checks/duration.h"
#include "pipelines/ci_environment.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/reporters/reporters.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

Json number(std::optional<double> value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json seconds(Duration length) { return static_cast<double>(length.count()) / 1000.0; }

/// A time that was never reached is the epoch.
Json time(TimePoint point) {
  return point == TimePoint{} ? Json(nullptr) : Json(format_time(point));
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

template <typename T>
Json optional_of(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json reasons(const std::vector<Reason>& list) {
  Json array = Json::array();
  for (const Reason& reason : list) {
    array.push_back({{"code", reason.code},
                     {"metric", optional_of(reason.metric)},
                     {"host", optional_of(reason.host)},
                     {"text", reason.text}});
  }
  return array;
}

Json evidence(const std::optional<judge::Evidence>& value) {
  return value ? Json(judge::to_string(*value)) : Json(nullptr);
}

Json judge_settings(const JudgeSettings& judge) {
  return {{"method", to_string(judge.method)},
          {"false_alarms", number(judge.false_alarms)},
          {"history_seconds", seconds(judge.history)},
          {"reference_seconds", judge.reference ? seconds(*judge.reference) : Json(nullptr)},
          {"looks", judge.looks},
          {"placebos", judge.placebos},
          {"detect", number(judge.detect)},
          {"early_pass", judge.early_pass},
          {"min_coverage", number(judge.min_coverage)}};
}

Json window(const WindowOutcome& window) {
  return {{"start", time(window.start)},
          {"end", time(window.end)},
          {"step_seconds", seconds(window.step)},
          {"looks", window.looks},
          {"looks_done", window.looks_done}};
}

/// Why a host is missing, if a reason or warning names it.
std::string missing_reason(const Outcome& outcome, const std::string& host) {
  for (const auto* list : {&outcome.reasons, &outcome.warnings}) {
    for (const Reason& reason : *list) {
      if (reason.host == host) return reason.text;
    }
  }
  return "expected or found at first, but gone or in no series";
}

Json hosts(const Outcome& outcome) {
  Json missing = Json::array();
  for (const std::string& host : outcome.hosts.missing) {
    missing.push_back({{"host", host}, {"reason", missing_reason(outcome, host)}});
  }
  Json set_aside = Json::array();
  for (const judge::SetAside& host : outcome.hosts.set_aside) {
    set_aside.push_back({{"host", host.host}, {"reason", host.reason}});
  }
  return {{"canary", outcome.hosts.canary},
          {"baseline", outcome.hosts.baseline},
          {"missing", std::move(missing)},
          {"set_aside", std::move(set_aside)}};
}

Json effect(const judge::Effect& effect) {
  const bool ratio = effect.kind == judge::Effect::Kind::ratio;
  return {{"kind", ratio ? "ratio" : "difference"},
          {"estimate", number(effect.estimate)},
          {"lower", number(effect.lower)},
          {"upper", number(effect.upper)}};
}

Json side(const judge::SideSummary& side) {
  return {{"mean", number(side.mean)}, {"points", side.points}, {"hosts", side.hosts}};
}

Json score(const Outcome& outcome) {
  if (!outcome.score || !outcome.score_rule) return nullptr;
  Json groups = Json::array();
  for (const judge::GroupScore& group : outcome.score->groups) {
    groups.push_back(
        {{"name", group.group}, {"score", number(group.score)}, {"weight", number(group.weight)}});
  }
  return {{"value", number(outcome.score->value)},
          {"classification", judge::to_string(outcome.score->classification)},
          {"pass", number(outcome.score_rule->pass)},
          {"marginal", number(outcome.score_rule->marginal)},
          {"groups", std::move(groups)}};
}

Json links(const std::map<std::string, std::string>& links) {
  Json object = Json::object();
  for (const auto& [name, url] : links) object[name] = url;
  return object;
}

Json queries(const std::vector<SentQuery>& sent) {
  Json array = Json::array();
  for (const SentQuery& query : sent) {
    array.push_back({{"backend", query.backend}, {"query", query.query}});
  }
  return array;
}

Json metric(const MetricOutcome& metric) {
  const judge::Finding& finding = metric.finding;
  return {{"name", metric.spec.name},
          {"verdict", to_string(finding.verdict)},
          {"optional", metric.spec.optional},
          {"critical", metric.spec.critical},
          {"worse", to_string(metric.spec.worse)},
          {"unit", metric.spec.unit},
          {"judge", to_string(finding.method)},
          {"effect", effect(finding.effect)},
          {"p_value", number(finding.p_value)},
          {"adjusted_p_value", number(finding.adjusted_p_value)},
          {"sensitivity", number(finding.sensitivity)},
          {"evidence", evidence(finding.evidence)},
          {"canary", side(finding.canary)},
          {"baseline", side(finding.baseline)},
          {"stopped_at_look", optional_of(finding.stopped_at_look)},
          {"reasons", reasons(finding.reasons)},
          {"links", links(metric.links)},
          {"queries", queries(metric.queries)}};
}

Json metrics(const Outcome& outcome) {
  Json array = Json::array();
  for (const MetricOutcome& m : outcome.metrics) array.push_back(metric(m));
  return array;
}

Json override_of(const Report& report) {
  if (!report.override_reason) return nullptr;
  return {{"reason", *report.override_reason}, {"user", text_or_null(report.override_user)}};
}

Json ci(const std::map<std::string, std::string>& ci) {
  if (ci.empty()) return nullptr;
  Json object = Json::object();
  for (const std::string& fact : ci_facts()) {
    const auto found = ci.find(fact);
    object[fact] = found == ci.end() ? Json(nullptr) : text_or_null(found->second);
  }
  return object;
}

Json document_of(const Report& report) {
  const Outcome& outcome = report.outcome;
  const Timings& timings = outcome.timings;
  return {{"version", 1},
          {"canarygate", report.program_version},
          {"run_id", report.run_id},
          {"check", outcome.check},
          {"environment", text_or_null(outcome.environment)},
          {"mode", outcome.mode == Mode::soft ? "soft" : "hard"},
          {"verdict", to_string(outcome.verdict)},
          {"exit_code", report.exit_code},
          {"hard_exit_code", report.hard_exit_code},
          {"soft_fail", report.soft_fail},
          {"override", override_of(report)},
          {"reasons", reasons(outcome.reasons)},
          {"warnings", reasons(explanation::all_warnings(outcome))},
          {"false_alarms", number(outcome.judge.false_alarms)},
          {"seed", outcome.seed},
          {"judge", judge_settings(outcome.judge)},
          {"started_at", time(outcome.started_at)},
          {"finished_at", time(outcome.finished_at)},
          {"deployed_at", time(outcome.deployed_at)},
          {"window", window(outcome.window)},
          {"evidence", evidence(outcome.evidence)},
          {"score", score(outcome)},
          {"hosts", hosts(outcome)},
          {"metrics", metrics(outcome)},
          {"timings",
           {{"discovery", seconds(timings.discovery)},
            {"query", seconds(timings.query)},
            {"judge", seconds(timings.judge)},
            {"total", seconds(timings.total)}}},
          {"ci", ci(report.ci)}};
}

std::string dump(const Json& document) {
  // Invalid UTF-8 from outside becomes U+FFFD; anything else would throw here.
  std::string text = document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  // On the stdout of a CI job, `##[error]` and `##vso[…]` would be commands; `#` is only in texts.
  constexpr std::string_view kEscaped = "#\\u0023";
  for (std::size_t at = text.find("##"); at != std::string::npos;
       at = text.find("##", at + kEscaped.size())) {
    text.replace(at, 2, kEscaped);
  }
  return text;
}

}  // namespace

std::string render_json(const Report& report) { return dump(document_of(report)); }

std::string render_all_json(std::span<const Report> reports) {
  Json checks = Json::array();
  for (const Report& report : reports) checks.push_back(document_of(report));
  const bool soft = std::ranges::any_of(reports, &Report::soft_fail);
  return dump({{"version", 1},
               {"verdict", to_string(verdict(reports))},
               {"exit_code", exit_code(reports)},
               {"soft_fail", soft},
               {"checks", std::move(checks)}});
}

}  // namespace canarygate
