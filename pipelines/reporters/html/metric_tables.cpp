#include "pipelines/reporters/html/metric_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/duration.h"
#include "checks/judge/explain.h"
#include "checks/text.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/reporters/html/host_charts.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::html {

namespace {

constexpr std::size_t kMostRows = 40;

std::string table(const std::string& caption, const std::string& head, const std::string& body) {
  return fmt::format(
      "<div class=scroll tabindex=0 role=group aria-label=\"{0}\"><table><caption>{0}</caption>\n"
      "<thead><tr>{1}</thead>\n<tbody>\n{2}</tbody></table></div>\n",
      escaped(caption), head, body);
}

std::string columns(std::initializer_list<std::string> names) {
  std::string html;
  for (const std::string& name : names) html += "<th scope=col>" + escaped(name);
  return html;
}

std::string with_unit(const std::string& name, const DisplayUnit& unit) {
  return unit.name.empty() ? name : fmt::format("{} ({})", name, unit.name);
}

/// The window's points; where they are many, means of neighbours.
std::string points_table(const MetricView& view) {
  const HostCourses& courses = view.courses();
  const auto from = static_cast<std::size_t>(std::max<std::int64_t>(0, courses.window));
  if (!view.drawable || from >= view.points()) return "";
  const std::size_t each = (view.points() - from + kMostRows - 1) / kMostRows;
  std::string body;
  const auto cell = [&](const std::vector<double>& values, std::size_t i) {
    const auto mean = mean_of(values, i, i + each);
    return mean ? view.number(*mean) : "–";
  };
  const auto add = [&](const std::string& when, std::size_t i) {
    body += row(when, cell(courses.canary, i), cell(courses.low, i), cell(courses.middle, i),
                cell(courses.high, i));
  };
  for (std::size_t i = from; i < view.points(); i += each) {
    const std::size_t last = std::min(i + each, view.points()) - 1;
    add(format_time_of_day(view.time(last)).substr(0, 8), i);
  }
  return table("In the window, each number up to its time (UTC)",
               columns({"time", with_unit("canary", view.unit), "baseline: 10 % of hosts below",
                        "middle", "90 % below"}),
               body);
}

/// Of the finding where it lists them: it knows all hosts.
std::string hosts_table(const MetricView& view, std::size_t most) {
  const std::vector<RankedHost> ranked = ranked_hosts(view);
  if (ranked.empty()) return "";
  std::string body;
  const std::size_t shown = std::min(most, ranked.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const RankedHost& host = ranked[i];
    body += row(view.courses().hosts[host.row], host.canary ? "canary" : "baseline",
                host.before ? view.number(*host.before) : "–",
                host.window ? view.number(*host.window) : "–");
  }
  std::string html = table("Host by host, means",
                           columns({"host", "group", with_unit("before", view.unit),
                                    with_unit("in the window", view.unit)}),
                           body);
  const std::size_t all = view.outcome.hosts.canary.size() + view.outcome.hosts.baseline.size();
  if (shown < all) html += fmt::format("<p class=soft>{} of {} hosts.</p>\n", shown, all);
  return html;
}

std::string probability(const std::optional<double>& p) {
  return p ? fmt::format("{:.2g}", *p) : "";
}

std::string test_facts(const MetricView& view) {
  const judge::Finding& finding = view.metric.finding;
  const std::string& unit = view.metric.spec.unit;
  std::string html;
  const auto add = [&](const char* label, const std::string& value) {
    if (!value.empty()) html += fact(label, escaped(value));
  };
  add("judge", to_string(finding.method));
  add("worse is", view.metric.spec.worse == Worse::higher  ? "higher"
                  : view.metric.spec.worse == Worse::lower ? "lower"
                                                           : "either way");
  if (finding.effect.estimate) {
    add("change", explanation::effect_words(finding.effect, unit));
    const std::string range = explanation::range_words(finding.effect, unit);
    if (!range.empty()) {
      add("range", fmt::format("{} ({} % sure)", range, judge::interval_percent(finding)));
    }
  }
  add("p-value, alone", probability(finding.p_value));
  add("p-value, over all metrics and looks", probability(finding.adjusted_p_value));
  if (finding.sensitivity) {
    judge::Effect smallest = finding.effect;
    smallest.estimate =
        view.metric.spec.worse == Worse::lower ? -*finding.sensitivity : *finding.sensitivity;
    add("smallest change caught 8 times in 10", explanation::effect_words(smallest, unit));
  }
  if (finding.evidence) add("evidence", judge::to_string(*finding.evidence));
  add("points", fmt::format("{} of the canary, {} of the baseline", finding.canary.points,
                            finding.baseline.points));
  return "<dl class=facts>\n" + html + "</dl>\n";
}

std::string queries(const MetricOutcome& metric) {
  std::string html;
  for (const SentQuery& sent : metric.queries) {
    html += fmt::format("<p class=soft>Asked of {}:</p>\n<pre tabindex=0>{}</pre>\n",
                        escaped(sent.backend), escaped_lines(sent.query));
  }
  return html;
}

}  // namespace

std::string metric_tables(const MetricView& view, std::size_t hosts) {
  return fmt::format(
      "<details class=numbers><summary>The numbers behind it, and the queries</summary>\n"
      "{}{}{}{}</details>\n",
      test_facts(view), points_table(view), hosts_table(view, hosts), queries(view.metric));
}

}  // namespace canarygate::html
