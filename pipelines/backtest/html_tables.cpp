#include "pipelines/backtest/html_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/backtest/html_charts.h"
#include "pipelines/numbers.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::backtest {

namespace {

using html::escaped;

constexpr std::size_t kMostStopped = 50;
constexpr std::size_t kMostReal = 500;

std::string table(const std::string& caption, std::initializer_list<std::string> columns,
                  const std::string& body) {
  std::string head;
  for (const std::string& name : columns) head += "<th scope=col>" + escaped(name);
  return fmt::format(
      "<div class=scroll tabindex=0 role=group aria-label=\"{0}\"><table "
      "class=broad><caption>{0}</caption>\n"
      "<thead><tr>{1}</thead>\n<tbody>\n{2}</tbody></table></div>\n",
      escaped(caption), head, body);
}

/// Cells are markup already.
std::string row(std::string_view header, std::initializer_list<std::string> cells) {
  std::string html = "<tr><th scope=row>" + escaped(header);
  for (const std::string& cell : cells) html += "<td>" + cell;
  return html + "\n";
}

/// Where a column is narrow the day stays in one piece.
std::string when(TimePoint time) {
  std::string text = format_time(time);
  text[text.find('T')] = ' ';
  text.pop_back();
  return text;
}

std::string and_more(std::size_t all, std::size_t shown) {
  if (all <= shown) return "";
  return fmt::format("<p class=soft>And {} more, which <code>--format json</code> lists.</p>\n",
                     all - shown);
}

std::string pill(Verdict verdict) {
  const Tone tone = verdict == Verdict::pass   ? Tone::good
                    : verdict == Verdict::fail ? Tone::bad
                                               : Tone::warning;
  return fmt::format("<span class=\"pill {}\">{}</span>", html::tone_class(tone),
                     to_string(verdict));
}

std::string rate_cell(const Rate& rate) {
  return fmt::format("{} of {}, {} <span class=soft>({} to {})</span>", rate.count, rate.of,
                     share_text(rate.share()), share_text(rate.lower), share_text(rate.upper));
}

std::string change_text(const Found& found) {
  return (found.leak ? "a leak to " : "") + format_signed_percent(found.change);
}

std::string found_cell(const Found& found) {
  return fmt::format("{}: <b>{}</b>{}", change_text(found), share_text(found.found.share()),
                     found.median_time ? fmt::format(" <span class=soft>in {}</span>",
                                                     format_duration(*found.median_time))
                                       : "");
}

}  // namespace

std::string costs_table(const Findings& findings) {
  if (findings.placebo.stopped.count == 0 || findings.costs.empty()) return "";
  std::string body;
  for (const MetricCost& cost : findings.costs) {
    const double share = static_cast<double>(cost.alone + cost.with_others + cost.undecided) /
                         static_cast<double>(findings.placebo.stopped.count);
    body += row(cost.metric, {share_bar(share), std::to_string(cost.alone),
                              std::to_string(cost.with_others), std::to_string(cost.undecided)});
  }
  return table("What the stopped made-up deploys were stopped for",
               {"metric", "share of the stops", "failed alone", "failed with others",
                "undecided or no data"},
               body);
}

std::string stopped_table(const Findings& findings) {
  std::string body;
  std::size_t all = 0;
  for (const Judged& judged : findings.placebos) {
    if (!judged.stopped || all++ >= kMostStopped) continue;
    body += row(when(judged.deployed_at),
                {pill(judged.verdict), escaped(list_of(judged.canary)), escaped(judged.reason)});
  }
  if (all == 0) return "";
  return table("The made-up deploys that it would have stopped",
               {"deployed at (UTC)", "verdict", "hosts", "why"}, body) +
         and_more(all, kMostStopped);
}

std::string power_table(const Findings& findings) {
  std::string body;
  for (const MetricPower& power : findings.power) {
    std::string cells;
    for (const Found& found : power.found)
      cells += (cells.empty() ? "" : " · ") + found_cell(found);
    body +=
        row(power.metric, {power.smallest ? "<b>" + format_signed_percent(*power.smallest) + "</b>"
                                          : "beyond " + format_signed_percent(power.largest_tried),
                           cells});
  }
  if (body.empty()) return "";
  return table(
      fmt::format("Found of changes put into {}, with the median time to the stop",
                  count_of(static_cast<std::size_t>(findings.injected_runs), "made-up deploy")),
      {"metric", "seen 8 times in 10 from", "found"}, body);
}

std::string settings_table(const Findings& findings) {
  std::string body;
  for (const Alternative& other : findings.alternatives) {
    body += row(other.setting.empty() ? "as it is" : other.setting,
                {rate_cell(other.stopped), rate_cell(other.failed), rate_cell(other.found)});
  }
  if (body.empty()) return "";
  return table("The same deploys judged by other settings, with 95 % intervals",
               {"setting", "would stop", "would fail",
                fmt::format("finds a change of {}", format_signed_percent(findings.tried_change))},
               body);
}

std::string real_table(const Findings& findings) {
  std::string body;
  std::size_t shown = 0;
  // The youngest first: those are the ones that people remember.
  for (std::size_t i = findings.real.size(); i-- > 0 && shown < kMostReal; ++shown) {
    const Judged& judged = findings.real[i];
    const std::string said = !judged.good ? "–" : *judged.good ? "good" : "bad";
    const std::string after = judged.after ? " after " + format_duration(*judged.after) : "";
    body += row(when(judged.deployed_at),
                {escaped(judged.label), pill(judged.verdict), judged.stopped ? "yes" + after : "no",
                 said, escaped(judged.reason), escaped(judged.source)});
  }
  if (body.empty()) return "";
  return table("Real deploys, the youngest first",
               {"deployed at (UTC)", "deploy", "verdict", "would stop", "people said", "why",
                "known from"},
               body) +
         and_more(findings.real.size(), kMostReal);
}

std::string queries_table(const CheckDefinition& check) {
  std::string body;
  const auto add = [&](const std::string& name, const char* what, const std::string& query) {
    if (query.empty()) return;
    body += row(name, {what, "<code>" + html::escaped_lines(std::string(trim(query))) + "</code>"});
  };
  for (const MetricSpec& metric : check.metrics) {
    add(metric.name, "query", metric.query);
    add(metric.name, "errors", metric.errors);
    add(metric.name, "total", metric.total);
  }
  return table("What was asked for, as the check has it", {"metric", "key", "query"}, body);
}

}  // namespace canarygate::backtest
