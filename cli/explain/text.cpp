#include "cli/explain/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/definition/worse.h"
#include "checks/duration.h"
#include "checks/gate/recording.h"
#include "checks/text.h"
#include "cli/explain/cost.h"
#include "pipelines/numbers.h"

namespace canarygate {

namespace {

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

std::string rule_of(const MetricSpec& spec) {
  std::string rule = spec.worse == Worse::either ? "either direction is worse"
                                                 : std::string(to_string(spec.worse)) + " is worse";
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

/// The verdict would be undecided for want of sensitivity.
bool too_blind(const MetricOutcome& metric) {
  return std::ranges::find(metric.finding.reasons, "insensitive", &Reason::code) !=
         metric.finding.reasons.end();
}

/// `numbers from 2 of 2 canary and 11 of 12 baseline hosts; strong evidence`
std::string numbers_of(const MetricOutcome& metric, const HostsOutcome& hosts) {
  const judge::Finding& finding = metric.finding;
  std::string words =
      fmt::format("numbers from {} of {} canary", finding.canary.hosts, hosts.canary.size());
  if (!hosts.baseline.empty()) {
    words += fmt::format(" and {} of {} baseline", finding.baseline.hosts, hosts.baseline.size());
  }
  words += " hosts";
  if (finding.evidence) words += fmt::format("; {} evidence", judge::to_string(*finding.evidence));
  return words;
}

std::string number(double value) { return format_quantity(value, "none"); }
std::string number(std::int64_t value) { return number(static_cast<double>(value)); }

std::string requests(std::int64_t count) {
  return count == 1 ? "1 request" : number(count) + " requests";
}

std::string what_it_could_catch(const MetricOutcome& metric, bool watched) {
  const auto& sensitivity = metric.finding.sensitivity;
  if (sensitivity && std::isfinite(*sensitivity)) {
    std::string words =
        fmt::format("would catch {} of {} 8 times in 10", change_to(metric.spec.worse),
                    size_of(*sensitivity, metric.finding.effect.kind, metric.spec.unit));
    if (too_blind(metric)) {
      words += ", but should catch what `detect` says: a pass would be undecided";
    }
    return words;
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

void print_metric(const MetricOutcome& metric, const Outcome& outcome, Console& console) {
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
    console.out << fmt::format(
        "    undecided below a total of {} on the canary{}\n", number(*spec.min_traffic),
        metric.finding.events ? "; here it had " + number(*metric.finding.events) : "");
  } else if (metric.finding.events) {
    console.out << fmt::format("    the canary's total here: {}\n", number(*metric.finding.events));
  }
  if (metric.finding.canary.points > 0) {
    console.out << "    " << numbers_of(metric, outcome.hosts) << "\n";
  }
  console.out << "    " << what_it_could_catch(metric, outcome.watched) << "\n";
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

/// When a deploy of now would be decided.
void print_clock(const Survey& survey, Console& console) {
  const auto& recording = survey.outcome.recording;
  const bool now = !survey.request.deployed_at && !survey.request.now;
  if (!now || survey.outcome.watched || recording == nullptr || recording->timeline.looks.empty())
    return;
  const WindowSpec& window = survey.request.loaded.check.window;
  const Duration settle = survey.outcome.window.settle;
  const TimePoint start = survey.asked_at + window.warmup;
  console.out << fmt::format(
      "  Of a deploy that ends now it would take the first look at {}, and decide at {}.\n",
      format_time_of_day(start + recording->timeline.looks.front() * window.step + settle),
      format_time_of_day(start + window.duration + settle));
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
  } else if (reference_of(survey) > Duration(0)) {
    out << fmt::format("  Each host is compared with its own {} before the deploy.\n",
                       format_duration(reference_of(survey)));
  }
  if (!outcome.watched && check.needs_past() && check.judge.history > Duration(0)) {
    out << fmt::format("  What is normal is measured over {} of history ({}).\n",
                       format_duration(check.judge.history),
                       count_of(static_cast<std::size_t>(outcome.history_windows), "window"));
  }
  out << "  " << how_often(check) << "\n";
  print_clock(survey, console);
  if (!outcome.watched) {
    out << fmt::format("  What is said below is of the numbers from {} to {}.\n",
                       format_time(outcome.window.start), format_time(outcome.window.end));
  }
}

/// `traffic`, which may leave the whole check undecided.
void print_traffic(const Survey& survey, Console& console) {
  const auto& traffic = survey.request.loaded.check.traffic;
  const auto& recording = survey.outcome.recording;
  if (!traffic || recording == nullptr || !recording->plan.traffic) return;
  std::ostream& out = console.out;
  const gate::PlannedQuery& query = recording->plan.queries[*recording->plan.traffic];
  out << fmt::format("\nTraffic\n  query ({}): {}\n", printable(query.backend),
                     printable(query.text));
  out << fmt::format("  undecided below {} on the canary", number(traffic->min));
  if (traffic->min_share) {
    out << fmt::format(", or where a canary host gets less than {:.3g} % of a baseline host's",
                       100 * *traffic->min_share);
  }
  out << "\n";
  const auto& seen = survey.outcome.traffic;
  if (!seen) return;
  out << fmt::format("  here the canary got {}", number(seen->canary));
  if (seen->share) out << fmt::format(", a host {:.3g} % of a baseline host's", 100 * *seen->share);
  out << "\n";
}

void print_cost(const Survey& survey, Console& console) {
  const RunCost cost = run_cost(survey);
  if (survey.outcome.watched) {
    console.out << fmt::format(
        "\nCost: {} for this moment's numbers of all hosts, and as many a "
        "point while it watches.\n",
        requests(survey.window.requests));
    return;
  }
  const auto line = [&](const std::string& what, const Fetched& fetched) {
    console.out << fmt::format("  {:<24}{}, {} numbers\n", what, requests(fetched.requests),
                               number(fetched.points));
  };
  console.out << "\nCost\n";
  if (cost.discovery > 0) {
    console.out << fmt::format("  {:<24}{}\n", "finding the hosts", requests(cost.discovery));
  }
  if (cost.history.points > 0) line("the past", cost.history);
  line(count_of(static_cast<std::size_t>(survey.outcome.window.looks), "look"), cost.looks);
  line("a whole run", cost.run);
}

void print_notes(const Survey& survey, Console& console) {
  const Outcome& outcome = survey.outcome;
  std::vector<std::string> notes = survey.notes;
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

}  // namespace

void print_plan_text(const Survey& survey, Console& console) {
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
  for (const MetricOutcome& metric : outcome.metrics) print_metric(metric, outcome, console);
  print_traffic(survey, console);
  print_cost(survey, console);
  print_notes(survey, console);
}

}  // namespace canarygate
