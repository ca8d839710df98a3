#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "checks/duration.h"
#include "checks/text.h"
#include "cli/commands.h"
#include "cli/subject.h"
#include "cli/survey.h"
#include "pipelines/numbers.h"

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

std::string size_of(double size, judge::Effect::Kind kind, const std::string& unit) {
  return kind == judge::Effect::Kind::ratio ? fmt::format("{:.3g} %", size * 100)
                                            : format_quantity(size, unit);
}

const char* change_to(Worse worse) {
  switch (worse) {
    case Worse::higher:
      return "a rise";
    case Worse::lower:
      return "a fall";
    case Worse::either:
      break;
  }
  return "a change";
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
       {{"seconds", check.needs_past() ? seconds(check.judge.history) : 0.0},
        {"windows", outcome.history_windows},
        {"reference_seconds", check.needs_past() ? seconds(reference_of(check)) : 0.0}}},
      {"metrics", metrics},
      {"cost", {{"requests", survey.requests}, {"points", outcome.points_fetched}}},
      {"warnings", warnings},
      {"errors", troubles}};
  console.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

std::string rule_of(const MetricSpec& spec) {
  std::string rule = spec.worse == Worse::either ? "either direction is worse"
                                                 : std::string(name_of(spec.worse)) + " is worse";
  if (spec.allow > 0) {
    const auto kind =
        spec.allow_is_percent ? judge::Effect::Kind::ratio : judge::Effect::Kind::difference;
    rule += fmt::format(", {} of {} is allowed", change_to(spec.worse),
                        size_of(spec.allow, kind, spec.unit));
  }
  return rule + (spec.optional ? ", optional" : "");
}

/// `limit: at most 2 s, at least 0.1 s, for 3 of 5 points, each canary host by itself`
std::string limit_words(const MetricSpec& spec) {
  const Limit& limit = *spec.limit;
  std::vector<std::string> words;
  if (limit.max) words.push_back("at most " + format_quantity(*limit.max, spec.unit));
  if (limit.min) words.push_back("at least " + format_quantity(*limit.min, spec.unit));
  if (limit.run) {
    words.push_back(fmt::format("broken by {} of {} points", limit.run->bad, limit.run->of));
  }
  if (limit.per == Limit::Per::host) words.emplace_back("each canary host by itself");
  return "limit: " + join(words, ", ");
}

std::string what_it_could_catch(const MetricOutcome& metric, bool watched) {
  const auto& sensitivity = metric.finding.sensitivity;
  if (sensitivity && std::isfinite(*sensitivity)) {
    return fmt::format("would catch {} of {} 8 times in 10", change_to(metric.spec.worse),
                       size_of(*sensitivity, metric.finding.effect.kind, metric.spec.unit));
  }
  if (metric.finding.method == JudgeMethod::threshold)
    return "is not compared: its limit alone decides";
  if (metric.finding.method == JudgeMethod::kayenta) {
    return "is compared by Kayenta's judge, which does not know what it could catch";
  }
  if (watched) return "what it could catch is known once it has watched the hosts";
  return "what it could catch is not known: " +
         (metric.finding.reasons.empty() ? std::string("there is too little history")
                                         : printable(metric.finding.reasons.front().text));
}

void print_metric(const MetricOutcome& metric, bool watched, Console& console) {
  const MetricSpec& spec = metric.spec;
  console.out << fmt::format("  {}: {}\n", printable(spec.name), rule_of(spec));
  for (std::size_t i = 0; i < metric.queries.size(); ++i) {
    const SentQuery& query = metric.queries[i];
    console.out << fmt::format("    {} ({}): {}\n",
                               !spec.counts() ? "query"
                               : i == 0       ? "errors"
                                              : "total",
                               printable(query.backend), printable(query.query));
  }
  if (spec.limit) console.out << "    " << limit_words(spec) << "\n";
  if (spec.min_traffic) {
    console.out << fmt::format("    undecided below a total of {:.6g} on the canary\n",
                               *spec.min_traffic);
  }
  console.out << "    " << what_it_could_catch(metric, watched) << "\n";
}

void print_group(const char* name, const std::vector<std::string>& hosts, Console& console) {
  const std::string words = hosts.empty() ? "none"
                                          : fmt::format("{}: {}", count_of(hosts.size(), "host"),
                                                        printable(list_of(hosts, 10)));
  console.out << fmt::format("  {:<8}  {}\n", name, words);
}

/// How often it stops a deploy that nothing is wrong with.
std::string how_often(const CheckDefinition& check) {
  bool only_limits = true;
  for (const MetricSpec& metric : check.metrics) {
    const JudgeMethod method = check.judge_of(metric).method;
    if (method == JudgeMethod::kayenta || method == JudgeMethod::mann_whitney) {
      return fmt::format(
          "How often it stops a deploy when nothing is wrong is not known (judge {}).",
          to_string(method));
    }
    only_limits = only_limits && method == JudgeMethod::threshold;
  }
  if (only_limits) return "Nothing is compared: the limits that the check sets decide.";
  return fmt::format("When nothing is wrong it stops a deploy about {}.",
                     format_odds(check.judge.false_alarms));
}

/// `score: at least 95 of 100 at the end, 75 until then; weights: latency 60`
std::string score_words(const ScoreRule& rule) {
  std::vector<std::string> weights;
  for (const auto& [group, weight] : rule.weights) {
    weights.push_back(fmt::format("{} {:.4g}", printable(group), weight));
  }
  return fmt::format("score: at least {:.4g} of 100 at the end, {:.4g} at looks before{}",
                     rule.pass, rule.marginal,
                     weights.empty() ? "" : "; weights: " + join(weights, ", "));
}

void print_when(const Survey& survey, Console& console) {
  const CheckDefinition& check = survey.request.loaded.check;
  const Outcome& outcome = survey.outcome;
  const WindowSpec& window = check.window;
  std::ostream& out = console.out;
  out << "\nWhen\n";
  out << fmt::format(
      "  It watches from {} to {} after the deploy, a point every {}, and looks {}.\n",
      format_duration(window.warmup), format_duration(window.warmup + window.duration),
      format_duration(window.step),
      count_of(static_cast<std::size_t>(outcome.window.looks), "time"));
  if (outcome.watched) {
    out << fmt::format(
        "  It reads the hosts themselves, which have no past to ask for. With --deploy "
        "it watches\n  them for {} before the deploy, and what it sees then is what is "
        "normal.\n",
        format_duration(observed_before_deploy(check.window)));
  } else if (check.needs_past()) {
    out << fmt::format("  Each host is compared with its own {} before the deploy.\n",
                       format_duration(reference_of(check)));
  }
  if (!outcome.watched && check.needs_past() && check.judge.history > Duration(0)) {
    out << fmt::format("  What is normal is measured over {} of history ({}).\n",
                       format_duration(check.judge.history),
                       count_of(static_cast<std::size_t>(outcome.history_windows), "window"));
  }
  out << "  " << how_often(check) << "\n";
  if (!outcome.watched) {
    out << fmt::format("  What is said below is of the numbers from {} to {}.\n",
                       format_time(outcome.window.start), format_time(outcome.window.end));
  }
}

void print_notes(const Outcome& outcome, Console& console) {
  std::vector<std::string> notes;
  for (const Reason& warning : outcome.warnings) {
    // A glance is no window: that points are missing from it says nothing.
    if (outcome.watched && warning.code == "host_set_aside") continue;
    const bool missing = warning.host && std::ranges::find(outcome.hosts.missing, *warning.host) !=
                                             outcome.hosts.missing.end();
    if (warning.code == "host_set_aside" && missing) continue;  // told by unmatched_host
    const std::string note = printable(warning.text);
    if (std::ranges::find(notes, note) == notes.end()) notes.push_back(note);
  }
  if (!notes.empty()) console.out << "\nWorth knowing\n";
  for (const std::string& note : notes) console.out << "  - " << note << "\n";
}

void print_text(const Survey& survey, Console& console) {
  const CheckDefinition& check = survey.request.loaded.check;
  const Outcome& outcome = survey.outcome;
  std::ostream& out = console.out;
  out << check.name << (outcome.environment.empty() ? "" : " in " + outcome.environment)
      << (check.description.empty() ? "" : ": " + printable(check.description)) << "\n";
  out << (check.mode == Mode::soft ? "soft mode: reports, never stops a deploy\n"
                                   : "hard mode: a failure stops the deploy\n");
  out << "\nHosts\n";
  print_group("canary", outcome.hosts.canary, console);
  print_group("baseline", outcome.hosts.baseline, console);
  print_when(survey, console);
  out << "\nMetrics\n";
  if (check.score) out << "  " << score_words(*check.score) << "\n";
  for (const MetricOutcome& metric : outcome.metrics)
    print_metric(metric, outcome.watched, console);
  out << fmt::format("\nCost of a look with its history: {}, {} numbers.\n",
                     count_of(static_cast<std::size_t>(survey.requests), "request"),
                     outcome.points_fetched);
  print_notes(outcome, console);
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
