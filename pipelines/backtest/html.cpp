#include "pipelines/backtest/html.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/backtest/html_charts.h"
#include "pipelines/backtest/html_tables.h"
#include "pipelines/backtest/text.h"
#include "pipelines/numbers.h"
#include "pipelines/reporters/html/document.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::backtest {

namespace {

using html::escaped;
using html::fact;

std::string name_of(const Findings& findings) {
  return findings.environment.empty() ? findings.check
                                      : findings.check + " in " + findings.environment;
}

/// A check that stops more than it says it does is not to be trusted with a pipeline.
Tone tone_of(const Findings& findings) {
  if (findings.placebo.failed.lower > findings.false_alarms) return Tone::bad;
  const bool blind =
      std::ranges::any_of(findings.power, [](const MetricPower& power) { return !power.smallest; });
  const bool by_policy = findings.placebo.stopped.count > findings.placebo.failed.count;
  return blind || by_policy || findings.interrupted_by != 0 ? Tone::warning : Tone::good;
}

std::string headline_of(const Findings& findings) {
  const auto stopped = [](const Rate& rate) {
    return rate.count == 0 ? std::string("none") : std::to_string(rate.count);
  };
  if (!findings.placebos.empty()) {
    return fmt::format("It would have stopped {} of {} with nothing wrong",
                       stopped(findings.placebo.stopped),
                       count_of(findings.placebos.size(), "deploy"));
  }
  return fmt::format("It would have stopped {} of {}", stopped(findings.deploys.stopped),
                     count_of(findings.real.size(), "real deploy"));
}

std::string header(const Findings& findings) {
  std::string html = fmt::format(
      "<header class=\"verdict {}\">\n<p class=badge>REPLAYED</p>\n<h1>{}</h1>\n<p class=what>{}, "
      "from {} to {}</p>\n</header>\n<section>\n<h2>What this means</h2>\n",
      html::tone_class(tone_of(findings)), escaped(headline_of(findings)),
      escaped(name_of(findings)), format_time(findings.since), format_time(findings.until));
  for (const std::string& sentence : reading(findings))
    html += "<p>" + escaped(sentence) + "</p>\n";
  if (!findings.notes.empty()) html += "<h3>Worth knowing</h3>\n<ul>\n";
  for (const std::string& note : findings.notes) html += "<li>" + escaped(note) + "\n";
  return html + (findings.notes.empty() ? "" : "</ul>\n") + "</section>\n";
}

std::string made_up(const Findings& findings) {
  if (findings.placebos.empty()) return "";
  std::string html =
      "<section>\n<h2>False stops</h2>\n<p>Nothing was wrong with these deploys: each is a time at "
      "which nobody deployed, with hosts picked by chance as its canary. The bars are shares, the "
      "lines across them their 95 % intervals.</p>\n";
  html += hours_chart(findings) + costs_table(findings) + stopped_table(findings);
  return html + "</section>\n";
}

std::string detection(const Findings& findings) {
  if (findings.power.empty()) return "";
  std::string html =
      "<section>\n<h2>What it finds</h2>\n<p>The same deploys, with a change put into their "
      "canaries' numbers, one metric at a time. The band is the 95 % interval; a leak grows over "
      "the window from nothing.</p>\n<div class=columns>\n";
  for (const MetricPower& power : findings.power) {
    html +=
        "<section><h3>" + escaped(power.metric) + "</h3>\n" + power_chart(power) + "</section>\n";
  }
  return html + "</div>\n" + power_table(findings) + "</section>\n";
}

std::string other_settings_of(const Findings& findings) {
  const std::string table = settings_table(findings);
  if (table.empty()) return "";
  return "<section>\n<h2>What other settings would give</h2>\n" + table + "</section>\n";
}

std::string real(const Findings& findings) {
  if (findings.real.empty() && findings.not_replayed.empty()) return "";
  std::string html = "<section>\n<h2>Real deploys</h2>\n" + real_table(findings);
  if (!findings.not_replayed.empty()) html += "<h3>Not replayed</h3>\n<ul>\n";
  for (const std::string& left_out : findings.not_replayed) {
    html += "<li>" + escaped(left_out) + "\n";
  }
  return html + (findings.not_replayed.empty() ? "" : "</ul>\n") + "</section>\n";
}

std::string verdicts_of(const Tally& tally) {
  std::vector<std::string> verdicts;
  for (const auto& [verdict, count] : tally.verdicts) {
    verdicts.push_back(fmt::format("{} {}", to_string(verdict), count));
  }
  return join(verdicts, ", ");
}

std::string how(const Findings& findings, const CheckDefinition& check) {
  std::string html = "<section class=run>\n<h2>How it was run</h2>\n<dl class=facts>\n";
  html += fact("check", escaped(name_of(findings)));
  html += fact("period",
               fmt::format("{} to {}", format_time(findings.since), format_time(findings.until)));
  html += fact("window",
               fmt::format("{} after a warm-up of {}, in steps of {}",
                           format_duration(check.window.duration),
                           format_duration(check.window.warmup), format_duration(findings.step)));
  html += fact(
      "made-up deploys",
      fmt::format("{} of {} wanted, each on {}: {}", findings.placebos.size(), findings.runs_wanted,
                  count_of(findings.canaries, "host"), verdicts_of(findings.placebo)));
  html += fact("changes put into",
               count_of(static_cast<std::size_t>(findings.injected_runs), "made-up deploy"));
  if (!findings.real.empty()) {
    html += fact("real deploys",
                 fmt::format("{}: {}", findings.real.size(), verdicts_of(findings.deploys)));
  }
  html += fact("canary", escaped(list_of(findings.canary, 20)));
  html += fact("baseline", escaped(list_of(findings.baseline, 20)));
  html +=
      fact("numbers", fmt::format("{} judged from, {} of them asked of backends",
                                  format_quantity(static_cast<double>(findings.points), ""),
                                  format_quantity(static_cast<double>(findings.requested), "")));
  html += fact("seed", std::to_string(findings.seed));
  return html + "</dl>\n" + queries_table(check) + "</section>\n";
}

}  // namespace

std::string to_html(const Findings& findings, const CheckDefinition& check) {
  const std::string footer = fmt::format(
      "<footer><p>canarygate {} replayed this check on the past with the judge that decides on "
      "deploys. All times are UTC. This page is one file and asks the network for "
      "nothing.</p></footer>\n",
      CANARYGATE_VERSION);
  return html::head("canarygate: " + name_of(findings) + ", replayed", tone_of(findings)) +
         "<body>\n<main>\n" + header(findings) + made_up(findings) + detection(findings) +
         other_settings_of(findings) + real(findings) + how(findings, check) + "</main>\n" +
         footer + "</body>\n</html>\n";
}

}  // namespace canarygate::backtest
