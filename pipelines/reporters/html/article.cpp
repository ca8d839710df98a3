#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "checks/duration.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/reporters/html/blocks.h"
#include "pipelines/reporters/html/chart_data.h"
#include "pipelines/reporters/html/document.h"
#include "pipelines/reporters/html/headline.h"
#include "pipelines/reporters/html/markup.h"
#include "pipelines/reporters/html/metric_section.h"
#include "pipelines/reporters/html/run_section.h"

namespace canarygate::html {

namespace {

/// Of all metrics of a check: the page stays under a megabyte, however many there are.
constexpr std::size_t kCharts = 300;
constexpr std::size_t kRows = 1500;
constexpr std::size_t kFewest = 6;  ///< charts and rows of a metric that is worth a look

int rank(const MetricOutcome& metric) {
  if (metric.finding.verdict == Verdict::fail) return 0;
  return metric.finding.verdict == Verdict::pass ? 2 : 1;
}

/// What failed, then what was not decided, then what passed.
std::vector<MetricView> ordered_views(const Report& report, std::size_t number) {
  const Outcome& outcome = report.outcome;
  const MetricTable words = metric_table(report);
  std::vector<MetricView> views;
  for (const int wanted : {0, 1, 2}) {
    for (std::size_t i = 0; i < outcome.metrics.size(); ++i) {
      if (rank(outcome.metrics[i]) != wanted) continue;
      views.push_back(
          make_view(outcome, outcome.metrics[i], words.rows[i], fmt::format("c{}m{}", number, i)));
    }
  }
  return views;
}

/// What is worth a look shares the room first, and what passed what is left of it.
std::vector<Detail> details_of(const std::vector<MetricView>& views) {
  std::vector<Detail> details(views.size());
  const bool any_failed =
      std::ranges::any_of(views, [](const MetricView& view) { return rank(view.metric) == 0; });
  std::size_t charts = kCharts;
  std::size_t rows = kRows;
  for (const bool passed : {false, true}) {
    auto left = static_cast<std::size_t>(std::ranges::count_if(
        views, [&](const MetricView& view) { return (rank(view.metric) == 2) == passed; }));
    for (std::size_t i = 0; i < views.size(); ++i) {
      if ((rank(views[i].metric) == 2) != passed) continue;
      const std::size_t hosts = views[i].courses().hosts.size();
      const std::size_t fewest = passed ? 0 : kFewest;
      // Beside one that failed, those that were left unfinished are not what to look at first.
      details[i].open = !passed && (!any_failed || rank(views[i].metric) == 0);
      details[i].charts = std::min(hosts, std::max(fewest, charts / left));
      details[i].rows = std::min(hosts, std::max(fewest, rows / left));
      charts -= std::min(charts, details[i].charts);
      rows -= std::min(rows, details[i].rows);
      --left;
    }
  }
  return details;
}

std::string facts_line(const Outcome& outcome) {
  std::string line = outcome.check;
  if (!outcome.environment.empty()) line += " in " + outcome.environment;
  if (outcome.deployed && outcome.deployed_at != TimePoint{}) {
    const std::string time = format_time(outcome.deployed_at);
    line += fmt::format("{}deployed {} at {}", line.empty() ? "" : ", ", time.substr(0, 10),
                        format_time_of_day(outcome.deployed_at));
  }
  return escaped(line);
}

/// `web: the canary is worse`: among several a check is known by its name.
std::string named(const Outcome& outcome, std::string sentence) {
  if (outcome.check.empty() || sentence.empty()) return sentence;
  sentence[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence[0])));
  return outcome.check + ": " + sentence;
}

std::string story(const Report& report) {
  std::vector<Block> happened{Heading{"What happened"}};
  explanation::add_release(report, happened);
  explanation::add_what_happened(report, happened);
  std::vector<Block> next;
  explanation::add_next_steps(report, next);
  if (next.empty()) return "<section>\n" + blocks(happened) + "</section>\n";
  return "<div class=story>\n<section>\n" + blocks(happened) +
         "</section>\n<section class=next>\n" + blocks(next) + "</section>\n</div>\n";
}

std::string titled(const char* title, const std::vector<Block>& parts) {
  if (parts.empty()) return "";
  return (title == nullptr ? "<section>\n" : fmt::format("<section>\n<h2>{}</h2>\n", title)) +
         blocks(parts) + "</section>\n";
}

std::string metrics(const std::vector<MetricView>& views) {
  if (views.empty()) return "";
  const std::vector<Detail> details = details_of(views);
  std::string html = "<section>\n<h2>The metrics</h2>\n" + metrics_table(views) +
                     "</section>\n<h2>One by one</h2>\n";
  for (std::size_t i = 0; i < views.size(); ++i) html += metric_section(views[i], details[i]);
  return html;
}

}  // namespace

Article article(const Report& report, std::size_t number, bool alone) {
  const Explanation explained = explain(report);
  const Headline headline = split_headline(explained.headline, report.outcome);
  const std::vector<MetricView> views = ordered_views(report, number);
  std::vector<Block> sure;
  explanation::add_how_sure(report, sure);
  std::vector<Block> notes;
  explanation::add_worth_knowing(report, notes);
  const char* tag = alone ? "h1" : "h2";
  const std::string back = alone ? "" : " <a class=back href=\"#checks\">all checks</a>";
  Article out;
  out.html = fmt::format(
      "<article id=\"c{0}\">\n<header class=\"verdict {1}\">\n<p class=badge>{2}</p>\n"
      "<{3}>{4}</{3}>\n<p class=what>{5}{6}</p>\n</header>\n",
      number, tone_class(explained.tone), escaped(headline.opening), tag,
      escaped(alone ? headline.sentence : named(report.outcome, headline.sentence)),
      facts_line(report.outcome), back);
  out.html += story(report) + metrics(views) + titled("How sure is that?", sure) +
              titled(nullptr, notes) + run_section(report) + "</article>\n";
  out.data = chart_data(views);
  return out;
}

}  // namespace canarygate::html
