#include "pipelines/reporters/html/host_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/text.h"
#include "pipelines/charts/svg.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::html {

namespace {

using charts::Axis;
using charts::Point;
using charts::Precision;

constexpr double kWidth = 120;
constexpr double kHeight = 36;
constexpr std::size_t kMostPoints = 48;

/// Means over so many neighbours that kMostPoints are left: a chart an inch wide shows no more.
std::vector<double> thinned(const std::vector<double>& values) {
  const std::size_t each = (values.size() + kMostPoints - 1) / kMostPoints;
  if (each <= 1) return values;
  std::vector<double> out;
  for (std::size_t i = 0; i < values.size(); i += each) {
    out.push_back(mean_of(values, i, i + each).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return out;
}

double badness(const RankedHost& host, Worse worse, double middle) {
  if (!host.window) return std::numeric_limits<double>::infinity();
  const double off = *host.window - middle;
  return worse == Worse::higher ? off : worse == Worse::lower ? -off : std::abs(off);
}

/// All hosts of a metric on one scale, those that are far beyond the others cut off by its end.
struct Frame {
  Axis x;
  Axis y;
  double window;  ///< where it begins

  [[nodiscard]] std::vector<Point> points(const std::vector<double>& values) const {
    const std::vector<double> fewer = thinned(values);
    std::vector<Point> points;
    for (std::size_t i = 0; i < fewer.size(); ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(fewer.size() - 1);
      points.push_back(
          {x.at(fewer.size() > 1 ? share : 0.0), std::isnan(fewer[i]) ? fewer[i] : y.at(fewer[i])});
    }
    return points;
  }
};

Frame make_frame(const MetricView& view) {
  double high = view.high;
  double low = view.low;
  const double room = view.high - view.low;
  for (const double value : view.courses().values) {
    if (!std::isfinite(value)) continue;
    high = std::max(high, std::min(value, view.high + room));
    low = std::min(low, std::max(value, view.low - room));
  }
  const double size = static_cast<double>(std::max<std::size_t>(view.points(), 2) - 1);
  const double share = std::min(1.0, static_cast<double>(view.courses().window) / size);
  return {Axis(Axis::Kind::linear, 0, 1, 2, kWidth - 2),
          Axis(Axis::Kind::linear, low, high, kHeight - 2, 2), 2 + share * (kWidth - 4)};
}

std::string caption(const MetricView& view, const RankedHost& host) {
  const std::string name = shorten(view.courses().hosts[host.row], 40);
  const std::string now = host.window ? view.quantity(*host.window) : "nothing in the window";
  std::string html = fmt::format("<b>{}</b> {}", escaped(name), escaped(now));
  if (view.courses().window < 1) return html;
  return html + fmt::format("<small>{} before</small>",
                            escaped(host.before ? view.quantity(*host.before) : "nothing"));
}

}  // namespace

std::vector<RankedHost> ranked_hosts(const MetricView& view) {
  const HostCourses& courses = view.courses();
  const auto split = static_cast<std::size_t>(std::max<std::int64_t>(0, courses.window));
  std::vector<RankedHost> hosts;
  for (std::size_t row = 0; row < courses.hosts.size(); ++row) {
    const std::vector<double> values = values_of(courses, row);
    hosts.push_back({row, static_cast<std::int64_t>(row) < courses.canaries,
                     mean_of(values, 0, split), mean_of(values, split, values.size())});
  }
  const double middle =
      mean_of(courses.middle, split, courses.middle.size()).value_or(view.expected.value_or(0.0));
  const Worse worse = view.metric.spec.worse;
  std::ranges::stable_sort(hosts, [&](const RankedHost& a, const RankedHost& b) {
    if (a.canary != b.canary) return a.canary;
    return badness(a, worse, middle) > badness(b, worse, middle);
  });
  return hosts;
}

std::string host_charts(const MetricView& view, std::size_t most) {
  const std::vector<RankedHost> hosts = ranked_hosts(view);
  if (!view.drawable || hosts.empty() || most == 0) return "";
  const Frame frame = make_frame(view);
  const std::size_t shown = std::min(most, hosts.size());
  const std::size_t all = view.outcome.hosts.canary.size() + view.outcome.hosts.baseline.size();
  std::string html = fmt::format(
      "<h4>Host by host</h4>\n<p class=soft>The canary's first, each the worst first, all on one "
      "scale{}. Behind each: 8 in 10 of the baseline's hosts.</p>\n<ul class=hosts>\n",
      shown < all ? fmt::format("; {} of {} hosts", shown, all) : "");
  const std::string band = charts::band_path(frame.points(view.courses().high),
                                             frame.points(view.courses().low), Precision::whole);
  for (std::size_t i = 0; i < shown; ++i) {
    const RankedHost& host = hosts[i];
    html += host.canary ? "<li class=is-canary>" : "<li>";
    html +=
        fmt::format(R"(<svg viewBox="0 0 120 36" width="120" height="36" {} aria-hidden="true">)",
                    charts::kPlain);
    if (i == 0) {
      html += fmt::format(R"(<g id="{}b">)", view.id) +
              charts::rect({frame.window, 0}, kWidth - frame.window, kHeight, "window") +
              charts::path(band, "band") + "</g>";
    } else {
      html += fmt::format("<use href=\"#{}b\"/>", view.id);
    }
    html += charts::path(
        charts::line_path(frame.points(values_of(view.courses(), host.row)), Precision::whole),
        host.canary ? "canary" : "other");
    html += "</svg>" + caption(view, host) + "\n";
  }
  return html + "</ul>\n";
}

}  // namespace canarygate::html
