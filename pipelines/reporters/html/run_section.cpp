#include "pipelines/reporters/html/run_section.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/ci_environment.h"
#include "pipelines/numbers.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::html {

namespace {

std::string percent(double share) { return format_number(100 * share, 3) + " %"; }

std::string moment(TimePoint time) { return time == TimePoint{} ? "" : escaped(format_time(time)); }

/// Facts that are empty are left out.
class FactList {
 public:
  void add(std::string_view label, const std::string& html) {
    if (!html.empty()) html_ += fact(label, html);
  }
  [[nodiscard]] std::string under(const char* title) const {
    if (html_.empty()) return "";
    return fmt::format("<section><h3>{}</h3>\n<dl class=facts>\n{}</dl></section>\n", title, html_);
  }

 private:
  std::string html_;
};

std::string settings(const Outcome& outcome) {
  const JudgeSettings& judge = outcome.judge;
  FactList facts;
  facts.add("judge", escaped(to_string(judge.method)));
  facts.add("false alarms", percent(judge.false_alarms) + " of deploys at most, the whole gate");
  facts.add("history", escaped(format_duration(judge.history)) +
                           (outcome.history_windows > 0
                                ? fmt::format(", {} earlier windows of it", outcome.history_windows)
                                : ""));
  if (judge.reference) facts.add("reference", escaped(format_duration(*judge.reference)));
  facts.add("placebos", fmt::format("{} drawn", outcome.placebos));
  facts.add("detect", percent(judge.detect));
  facts.add("min_coverage", percent(judge.min_coverage));
  if (judge.early_pass) facts.add("early_pass", "yes");
  facts.add("mode", outcome.mode == Mode::soft ? "soft: reports, never stops" : "hard");
  facts.add("seed", std::to_string(outcome.seed));
  return facts.under("Settings");
}

std::string times(const Outcome& outcome) {
  const WindowOutcome& window = outcome.window;
  FactList facts;
  facts.add("deployed at", moment(outcome.deployed_at));
  if (window.end > window.start) {
    facts.add("warm-up", escaped(format_duration(window.start - outcome.deployed_at)));
    facts.add("window", fmt::format("{} to {}, a point each {}", format_time_of_day(window.start),
                                    format_time_of_day(window.end), format_duration(window.step)));
    facts.add("looks", fmt::format("{} of {}", window.looks_done, window.looks));
  }
  facts.add("started at", moment(outcome.started_at));
  facts.add("finished at", moment(outcome.finished_at));
  const Timings& spent = outcome.timings;
  facts.add("spent on", fmt::format("finding hosts {}, queries {}, judging {}; {} in all",
                                    format_duration(spent.discovery), format_duration(spent.query),
                                    format_duration(spent.judge), format_duration(spent.total)));
  facts.add("points fetched", outcome.points_fetched > 0
                                  ? format_number(static_cast<double>(outcome.points_fetched), 9)
                                  : "");
  return facts.under("Times");
}

std::string names(const std::vector<std::string>& hosts) {
  constexpr std::size_t kMost = 200;
  return hosts.empty() ? "" : escaped(list_of(hosts, kMost));
}

std::string hosts(const Outcome& outcome) {
  FactList facts;
  facts.add(fmt::format("canary ({})", outcome.hosts.canary.size()), names(outcome.hosts.canary));
  facts.add(fmt::format("baseline ({})", outcome.hosts.baseline.size()),
            names(outcome.hosts.baseline));
  facts.add("missing", names(outcome.hosts.missing));
  for (const judge::SetAside& host : outcome.hosts.set_aside) {
    facts.add("left out", escaped(host.host + ": " + host.reason));
  }
  facts.add("nobody's series", names(outcome.unmatched_series));
  return facts.under("Hosts");
}

std::string build(const Report& report) {
  FactList facts;
  for (const std::string& name : ci_facts()) {
    const auto found = report.ci.find(name);
    if (found == report.ci.end() || found->second.empty()) continue;
    std::string label = name;
    std::ranges::replace(label, '_', ' ');
    facts.add(label, link(found->second, found->second));
  }
  facts.add("run", escaped(report.run_id));
  facts.add("exit code", std::to_string(report.exit_code) +
                             (report.exit_code == report.hard_exit_code
                                  ? ""
                                  : fmt::format(", in hard mode {}", report.hard_exit_code)));
  return facts.under("Build");
}

std::string score(const Outcome& outcome) {
  if (!outcome.score || !outcome.score_rule) return "";
  FactList facts;
  facts.add("score", fmt::format("{} of 100; {} is enough", format_number(outcome.score->value, 4),
                                 format_number(outcome.score_rule->pass, 4)));
  for (const judge::GroupScore& group : outcome.score->groups) {
    facts.add(group.group, fmt::format("{} (weight {})",
                                       group.score ? format_number(*group.score, 4) : "not judged",
                                       format_number(group.weight, 4)));
  }
  return facts.under("Score");
}

}  // namespace

std::string run_section(const Report& report) {
  const Outcome& outcome = report.outcome;
  return "<section class=run>\n<h2>About this run</h2>\n<div class=columns>\n" + score(outcome) +
         times(outcome) + hosts(outcome) + settings(outcome) + build(report) +
         "</div>\n</section>\n";
}

}  // namespace canarygate::html
