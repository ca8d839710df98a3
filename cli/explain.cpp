#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "checks/duration.h"
#include "checks/text.h"
#include "cli/commands.h"
#include "cli/subject.h"
#include "cli/survey.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

double seconds(Duration length) { return static_cast<double>(length.count()) / 1000.0; }

Duration reference_of(const CheckDefinition& check) {
  return check.judge.reference.value_or(4 * check.window.duration);
}

const char* name_of(Worse worse) {
  switch (worse) {
    case Worse::higher:
      return "higher";
    case Worse::lower:
      return "lower";
    case Worse::either:
      return "either";
  }
  return "either";
}

std::string change(double size, judge::Effect::Kind kind, const std::string& unit) {
  if (kind == judge::Effect::Kind::ratio) return fmt::format("{:.0f} %", size * 100);
  return unit == "none" ? fmt::format("{:.3g}", size) : fmt::format("{:.3g} {}", size, unit);
}

Json metric_json(const MetricOutcome& metric) {
  Json queries = Json::array();
  for (const SentQuery& query : metric.queries) {
    queries.push_back({{"backend", query.backend}, {"query", query.query}});
  }
  const auto& sensitivity = metric.finding.sensitivity;
  const bool ratio = metric.finding.effect.kind == judge::Effect::Kind::ratio;
  return {{"name", metric.spec.name},
          {"worse", name_of(metric.spec.worse)},
          {"allow", metric.spec.allow},
          {"unit", metric.spec.unit},
          {"optional", metric.spec.optional},
          {"queries", queries},
          {"sensitivity", sensitivity ? Json(*sensitivity) : Json(nullptr)},
          {"sensitivity_kind", ratio ? "ratio" : "difference"}};
}

void print_json(const Survey& survey, const std::vector<std::string>& troubles, Console& console) {
  const CheckDefinition& check = survey.request.loaded.check;
  const Outcome& outcome = survey.outcome;
  Json metrics = Json::array();
  for (const MetricOutcome& metric : outcome.metrics) metrics.push_back(metric_json(metric));
  Json warnings = Json::array();
  for (const Reason& warning : outcome.warnings) warnings.push_back(warning.text);
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
       {{"seconds", seconds(check.judge.history)},
        {"windows", outcome.history_windows},
        {"reference_seconds", seconds(reference_of(check))}}},
      {"metrics", metrics},
      {"cost", {{"requests", survey.requests}, {"points", outcome.points_fetched}}},
      {"warnings", warnings},
      {"errors", troubles}};
  console.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

void print_metric(const MetricOutcome& metric, Console& console) {
  const auto& spec = metric.spec;
  std::string rule = spec.worse == Worse::either ? "any change counts"
                                                 : std::string(name_of(spec.worse)) + " is worse";
  if (spec.allow > 0) {
    const auto kind =
        spec.allow_is_percent ? judge::Effect::Kind::ratio : judge::Effect::Kind::difference;
    rule += ", a change of " + change(spec.allow, kind, spec.unit) + " is allowed";
  }
  console.out << fmt::format("  {}: {}\n", printable(spec.name), rule);
  for (const SentQuery& query : metric.queries) {
    console.out << fmt::format("    {}: {}\n", printable(query.backend), printable(query.query));
  }
  const auto& sensitivity = metric.finding.sensitivity;
  if (sensitivity && std::isfinite(*sensitivity)) {
    console.out << fmt::format("    would catch a change of {} 8 times in 10\n",
                               change(*sensitivity, metric.finding.effect.kind, spec.unit));
  } else {
    console.out << "    what it could catch is not known: " << [&] {
      return metric.finding.reasons.empty() ? std::string("there is too little history")
                                            : printable(metric.finding.reasons.front().text);
    }() << "\n";
  }
}

void print_text(const Survey& survey, Console& console) {
  const CheckDefinition& check = survey.request.loaded.check;
  const Outcome& outcome = survey.outcome;
  std::ostream& out = console.out;
  out << check.name << (check.description.empty() ? "" : ": " + printable(check.description))
      << "\n";
  if (!outcome.environment.empty()) out << "environment " << outcome.environment << "\n";
  out << (check.mode == Mode::soft ? "soft mode: reports, never stops a deploy\n"
                                   : "hard mode: a failure stops the deploy\n");
  out << "\nHosts\n";
  out << fmt::format("  canary:   {}\n", printable(list_of(outcome.hosts.canary)));
  out << fmt::format("  baseline: {}\n", printable(list_of(outcome.hosts.baseline)));
  out << "\nWhen\n";
  out << fmt::format("  {} after the deploy it watches for {} in steps of {}, and looks {}\n",
                     format_duration(check.window.warmup), format_duration(check.window.duration),
                     format_duration(check.window.step),
                     count_of(static_cast<std::size_t>(outcome.window.looks), "time"));
  out << fmt::format("  and compares with {} of history ({}) and the {} before the deploy\n",
                     format_duration(check.judge.history),
                     count_of(static_cast<std::size_t>(outcome.history_windows), "usable window"),
                     format_duration(reference_of(check)));
  out << fmt::format("  When nothing is wrong it stops a deploy {:.3g} times in 100.\n",
                     check.judge.false_alarms * 100);
  out << "\nMetrics\n";
  for (const MetricOutcome& metric : outcome.metrics) print_metric(metric, console);
  out << fmt::format("\nCost of a run: {} and {} numbers of history.\n",
                     count_of(static_cast<std::size_t>(survey.requests), "request"),
                     outcome.points_fetched);
  for (const Reason& warning : outcome.warnings) {
    out << "note: " << printable(warning.text) << "\n";
  }
}

}  // namespace

int run_explain(const Options& options, const Ports& ports, Console& console) {
  const auto seen = survey(options, ports, SurveyDepth::history);
  if (!seen) {
    console.err << format_problems(seen.error());
    return 2;
  }
  const std::vector<std::string> troubles = troubles_of(*seen);
  if (options.format == Options::Format::json) {
    print_json(*seen, troubles, console);
  } else {
    print_text(*seen, console);
  }
  for (const std::string& trouble : troubles) {
    console.err << "canarygate: " << printable(trouble) << "\n";
  }
  return troubles.empty() ? 0 : 2;
}

}  // namespace canarygate
