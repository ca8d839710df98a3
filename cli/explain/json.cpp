#include "cli/explain/json.h"

#include <nlohmann/json.hpp>

#include "checks/clock.h"
#include "checks/definition/worse.h"
#include "checks/duration.h"
#include "cli/explain/cost.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

double seconds(Duration length) { return static_cast<double>(length.count()) / 1000.0; }

Json optional(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json side_json(const judge::SideSummary& side) {
  return {{"hosts", side.hosts}, {"points", side.points}};
}

Json fetched_json(const Fetched& fetched) {
  return {{"requests", fetched.requests}, {"points", fetched.points}};
}

Json traffic_json(const Survey& survey) {
  const auto& wanted = survey.request.loaded.check.traffic;
  if (!wanted) return nullptr;
  const auto& seen = survey.outcome.traffic;
  return {{"min", wanted->min},
          {"min_share", optional(wanted->min_share)},
          {"events", seen ? Json(seen->canary) : Json(nullptr)},
          {"share", seen ? optional(seen->share) : Json(nullptr)}};
}

Json metric_json(const MetricOutcome& metric) {
  Json queries = Json::array();
  for (const SentQuery& query : metric.queries) {
    queries.push_back({{"backend", query.backend}, {"query", query.query}});
  }
  const auto& sensitivity = metric.finding.sensitivity;
  const auto& evidence = metric.finding.evidence;
  const bool ratio = metric.finding.effect.kind == judge::Effect::Kind::ratio;
  return {{"name", metric.spec.name},
          {"worse", to_string(metric.spec.worse)},
          {"allow", metric.spec.allow},
          {"unit", metric.spec.unit},
          {"optional", metric.spec.optional},
          {"queries", queries},
          {"sensitivity", sensitivity ? Json(*sensitivity) : Json(nullptr)},
          {"sensitivity_kind", ratio ? "ratio" : "difference"},
          {"evidence", evidence ? Json(judge::to_string(*evidence)) : Json(nullptr)},
          {"canary", side_json(metric.finding.canary)},
          {"baseline", side_json(metric.finding.baseline)},
          {"events", optional(metric.finding.events)},
          {"min_traffic", optional(metric.spec.min_traffic)}};
}

}  // namespace

void print_plan_json(const Survey& survey, const std::vector<std::string>& troubles,
                     Console& console) {
  const CheckDefinition& check = survey.request.loaded.check;
  const Outcome& outcome = survey.outcome;
  Json metrics = Json::array();
  for (const MetricOutcome& metric : outcome.metrics) metrics.push_back(metric_json(metric));
  Json warnings = Json::array();
  for (const Reason& warning : outcome.warnings) warnings.push_back(warning.text);
  for (const std::string& note : survey.notes) warnings.push_back(note);
  const RunCost cost = run_cost(survey);
  const Json document = {
      {"version", 1},
      {"check", check.name},
      {"environment", outcome.environment},
      {"mode", check.mode == Mode::soft ? "soft" : "hard"},
      {"false_alarms", check.judge.false_alarms},
      {"hosts", {{"canary", outcome.hosts.canary}, {"baseline", outcome.hosts.baseline}}},
      {"window",
       {{"warmup_seconds", seconds(check.window.warmup)},
        {"duration_seconds", seconds(check.window.duration)},
        {"step_seconds", seconds(check.window.step)},
        {"looks", outcome.window.looks}}},
      {"history",
       {{"seconds", check.needs_past() ? seconds(check.judge.history) : 0.0},
        {"windows", outcome.history_windows},
        {"reference_seconds", seconds(reference_of(survey))}}},
      {"metrics", metrics},
      {"traffic", traffic_json(survey)},
      {"cost",
       {{"discovery", {{"requests", cost.discovery}}},
        {"history", fetched_json(cost.history)},
        {"looks", fetched_json(cost.looks)},
        {"run", fetched_json(cost.run)}}},
      {"warnings", warnings},
      {"errors", troubles}};
  console.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace canarygate
