#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "pipelines/charts/svg.h"
#include "pipelines/history/stats.h"
#include "pipelines/reporters/html/document.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::history {

namespace {

using html::escaped;

std::string percent(std::optional<double> fraction) {
  return fraction ? fmt::format("{:.0f} %", 100 * *fraction) : "–";
}

std::string day_of(TimePoint time) { return format_time(time).substr(0, 10); }

/// A bar a week: its deploys in outline, those stopped filled.
std::string chart(const std::vector<Week>& all) {
  constexpr std::size_t kMostWeeks = 52;
  constexpr double kHeight = 60;
  constexpr double kPitch = 12;
  const std::size_t from = all.size() - std::min(all.size(), kMostWeeks);
  std::int64_t most = 1;
  for (std::size_t i = from; i < all.size(); ++i) most = std::max(most, all[i].deploys);
  const double width = kPitch * static_cast<double>(all.size() - from);
  std::string svg = fmt::format(
      "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=img aria-label=\"deploys and "
      "stops by week\">",
      width, kHeight);
  for (std::size_t i = from; i < all.size(); ++i) {
    const double scale = (kHeight - 2) / static_cast<double>(most);
    const double x = kPitch * static_cast<double>(i - from) + 1;
    const auto bar = [&](std::int64_t count, const char* fill) {
      const double height = scale * static_cast<double>(count);
      return fmt::format(
          "<rect x=\"{}\" y=\"{}\" width=\"9\" height=\"{}\" fill=\"{}\" stroke=\"currentColor\"/>",
          charts::coordinate(x), charts::coordinate(kHeight - 1 - height),
          charts::coordinate(height), fill);
    };
    svg += fmt::format("<g><title>week of {}: {} of {} stopped</title>", day_of(all[i].begin),
                       all[i].stopped, all[i].deploys);
    if (all[i].deploys > 0) svg += bar(all[i].deploys, "none");
    if (all[i].stopped > 0) svg += bar(all[i].stopped, "currentColor");
    svg += "</g>";
  }
  return svg + "</svg>\n";
}

std::string numbers(const CheckStats& stats) {
  std::string html = "<table>\n<tr><th>mode<td>" + std::string(stats.soft ? "soft" : "hard") + "\n";
  html += html::row("deploys", fmt::format("{}", stats.deploys));
  html += html::row("stopped, or would have been", fmt::format("{}", stats.stopped));
  html += html::row("of these nothing could be judged", fmt::format("{}", stats.trouble));
  html += html::row("marked right", fmt::format("{}", stats.marks.right));
  html += html::row("marked wrong", fmt::format("{}", stats.marks.wrong));
  html += html::row("precision", percent(stats.marks.precision()));
  html += html::row("passed, and marked wrong", fmt::format("{}", stats.missed));
  html += html::row("let through by override", fmt::format("{}", stats.overridden));
  html += html::row("trend: stopped", trend_text(stats));
  return html + "</table>\n";
}

std::string metrics(const CheckStats& stats) {
  std::string html =
      "<table>\n<tr><th>metric<th>deploys<th>failed<th>marked right<th>marked wrong"
      "<th>precision\n";
  for (const MetricStats& metric : stats.metrics) {
    html += html::row(metric.name, fmt::format("{}", metric.deploys),
                      fmt::format("{}", metric.failed), fmt::format("{}", metric.marks.right),
                      fmt::format("{}", metric.marks.wrong), percent(metric.marks.precision()));
  }
  return html + "</table>\n";
}

std::string section(const CheckStats& stats) {
  const std::string where = stats.environment.empty() ? "" : " in " + stats.environment;
  return fmt::format("<section>\n<h2>{}</h2>\n<p><strong>{}</strong></p>\n{}<h3>By week</h3>\n{}",
                     escaped(stats.check + where), escaped(recommend(stats).text), numbers(stats),
                     chart(stats.weeks)) +
         "<h3>By metric</h3>\n" + metrics(stats) + "</section>\n";
}

}  // namespace

std::string stats_page(const std::vector<CheckStats>& checks, TimePoint now) {
  std::string body = "<main>\n<h1>What the checks have done so far</h1>\n";
  body += fmt::format("<p>As of {}. All times are UTC.</p>\n", escaped(format_time(now)));
  if (checks.empty()) body += "<p>No run is recorded.</p>\n";
  for (const CheckStats& stats : checks) body += section(stats);
  return html::head("canarygate: history", Tone::good) + "<body>\n" + body +
         "</main>\n</body>\n</html>\n";
}

}  // namespace canarygate::history
