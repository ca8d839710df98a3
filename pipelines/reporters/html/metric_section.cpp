#include "pipelines/reporters/html/metric_section.h"

#include <fmt/format.h>

#include "pipelines/explanation/parts.h"
#include "pipelines/reporters/html/course_chart.h"
#include "pipelines/reporters/html/host_charts.h"
#include "pipelines/reporters/html/markup.h"
#include "pipelines/reporters/html/metric_tables.h"
#include "pipelines/reporters/html/placebo_chart.h"

namespace canarygate::html {

namespace {

std::string pill(const MetricTable::Row& words) {
  return fmt::format("<span class=\"pill {}\">{}</span>", tone_class(words.tone),
                     escaped(words.verdict));
}

std::string change_words(const MetricTable::Row& words) {
  if (words.range.empty()) return words.change;
  return fmt::format("{} ({})", words.change, words.range);
}

std::string reasons(const judge::Finding& finding) {
  std::string html;
  for (const Reason& reason : finding.reasons) {
    html += fmt::format("<p class=reason>{}</p>\n", escaped(explanation::sentence(reason.text)));
  }
  return html;
}

std::string links(const MetricOutcome& metric) {
  std::string html;
  for (const auto& [name, url] : metric.links) {
    html += (html.empty() ? "" : " · ") + link(url, name);
  }
  return html.empty() ? "" : "<p class=links>" + html + "</p>\n";
}

std::string nothing_to_draw(const MetricView& view) {
  return view.drawable ? "" : "<p class=soft>There are no numbers to draw.</p>\n";
}

}  // namespace

std::string metric_section(const MetricView& view, const Detail& detail) {
  const MetricTable::Row& words = view.words;
  std::string html = fmt::format("<details class=\"metric {}\" id=\"{}\"{}>\n",
                                 tone_class(words.tone), view.id, detail.open ? " open" : "");
  html += fmt::format("<summary><h3>{}</h3> {} <span class=change>{}</span></summary>\n",
                      escaped(words.metric), pill(words), escaped(words.change));
  html += reasons(view.metric.finding) + links(view.metric);
  html += "<div class=pictures>\n" + course_figure(view) + nothing_to_draw(view) +
          placebo_figure(view) + "</div>\n";
  html += host_charts(view, detail.charts) + metric_tables(view, detail.rows);
  return html + "</details>\n";
}

std::string metrics_table(const std::vector<MetricView>& views) {
  std::string html =
      "<div class=scroll tabindex=0 role=group aria-label=\"All metrics\"><table class=metrics>\n"
      "<caption class=sr>All metrics</caption><thead><tr><th scope=col>metric<th scope=col>"
      "before, and in the window<th scope=col>expected → seen<th scope=col>change "
      "<span class=soft>(range)</span><th scope=col>verdict</thead>\n<tbody>\n";
  for (const MetricView& view : views) {
    const MetricTable::Row& words = view.words;
    const std::string why =
        words.why.empty() ? "" : fmt::format("<p class=soft>{}</p>", escaped(words.why));
    html +=
        fmt::format("<tr class={}><th scope=row><a href=\"#{}\">{}</a>{}<td>{}<td>{}<td>{}<td>{}\n",
                    tone_class(words.tone), view.id, escaped(words.metric), why, small_course(view),
                    escaped(words.values), escaped(change_words(words)), pill(words));
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace canarygate::html
