#include "pipelines/reporters/html/course_chart.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/judge/explain.h"
#include "checks/text.h"
#include "pipelines/charts/svg.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::html {

namespace {

using charts::Anchor;
using charts::Axis;
using charts::Point;
using charts::Precision;

constexpr double kWidth = 640;
constexpr double kHeight = 250;
constexpr double kLeft = 58;
constexpr double kRight = 634;
constexpr double kTop = 30;
constexpr double kBottom = 222;
constexpr std::size_t kMostCanaryLines = 5;

/// Time runs from before the first point to the window's end, seen or not.
class Plot {
 public:
  Plot(const MetricView& view, double left, double right, double top, double bottom)
      : view_(view),
        begin_(view.courses().start),
        end_(std::max(view.outcome.window.end, view.time(view.points()))),
        x_(Axis::Kind::linear, 0, seconds_to(end_), left, right),
        y_(Axis::Kind::linear, view.low, view.high, bottom, top) {}

  [[nodiscard]] double x(TimePoint time) const { return x_.at(seconds_to(time)); }
  [[nodiscard]] double y(double value) const { return y_.at(value); }
  [[nodiscard]] bool shows_warmup() const {
    const Outcome& outcome = view_.outcome;
    return outcome.deployed && outcome.deployed_at >= begin_ &&
           outcome.window.start > outcome.deployed_at;
  }
  [[nodiscard]] TimePoint begin() const { return begin_; }
  [[nodiscard]] TimePoint end() const { return end_; }

  [[nodiscard]] std::vector<Point> points(const std::vector<double>& values) const {
    std::vector<Point> points;
    for (std::size_t i = 0; i < values.size(); ++i) {
      // What is none stays none: clamping would draw it.
      const double at = values[i] == values[i] ? y(values[i]) : values[i];
      points.push_back({x(view_.time(i)), at});
    }
    return points;
  }

 private:
  [[nodiscard]] double seconds_to(TimePoint time) const {
    return to_unix_seconds(time) - to_unix_seconds(begin_);
  }

  const MetricView& view_;
  TimePoint begin_;
  TimePoint end_;
  Axis x_;
  Axis y_;
};

std::string curves(const MetricView& view, const Plot& plot, std::size_t canary_lines,
                   Precision precision) {
  const HostCourses& courses = view.courses();
  std::string svg = charts::path(
      charts::band_path(plot.points(courses.high), plot.points(courses.low), precision), "band");
  svg += charts::path(charts::line_path(plot.points(courses.middle), precision), "middle");
  const auto canaries = static_cast<std::size_t>(courses.canaries);
  if (canaries > 1) {
    for (std::size_t host = 0; host < std::min(canaries, canary_lines); ++host) {
      svg += charts::path(
          charts::line_path(plot.points(values_of(courses, host)), Precision::whole), "one");
    }
  }
  return svg + charts::path(charts::line_path(plot.points(courses.canary), precision), "canary", 3);
}

std::string axes(const MetricView& view, const Plot& plot) {
  std::string svg;
  const double factor = view.unit.factor;
  for (const double tick : charts::ticks(view.low * factor, view.high * factor, 5)) {
    const double at = plot.y(tick / factor);
    svg += charts::line({kLeft, at}, {kRight, at}, "grid");
    svg += charts::text({kLeft - 6, at + 4}, Anchor::end, format_number(tick, 3), "tick");
  }
  const auto times = charts::time_ticks(plot.begin(), plot.end(), 7);
  const bool whole = std::ranges::all_of(times, [](TimePoint time) {
    return time.time_since_epoch() % std::chrono::minutes(1) == Duration(0);
  });
  for (std::size_t i = 0; i < times.size(); ++i) {
    const double at = plot.x(times[i]);
    if (at < kLeft + 12 || at > kRight - 12) continue;
    const std::string label = format_time_of_day(times[i]).substr(0, whole ? 5 : 8);
    // Every other one gives way where the screen is narrow.
    svg +=
        charts::text({at, kBottom + 18}, Anchor::middle, label, i % 2 == 0 ? "time" : "time wide");
  }
  return svg + charts::line({kLeft, kBottom}, {kRight, kBottom}, "axis");
}

/// The window, how far it was looked at, and each look.
std::string window_marks(const MetricView& view, const Plot& plot) {
  const WindowOutcome& window = view.outcome.window;
  const double from = plot.x(window.start);
  const double to = plot.x(window.end);
  std::string svg = charts::rect({from, kTop}, std::max(0.0, to - from), kBottom - kTop, "window");
  const double deployed = plot.x(view.outcome.deployed_at);
  if (plot.shows_warmup()) {
    svg += charts::rect({deployed, kTop}, from - deployed, kBottom - kTop, "warmup");
  }
  const double seen = plot.x(view.time(view.points() - 1));
  if (to - seen > 1) svg += charts::rect({seen, kTop}, to - seen, kBottom - kTop, "unseen");
  const std::int64_t points = (window.end - window.start) / std::max(window.step, Duration(1));
  std::string looks;
  for (std::int64_t look = 1; look <= window.looks; ++look) {
    const std::int64_t last = (points * look + window.looks - 1) / window.looks;
    const double at = plot.x(window.start + last * window.step);
    looks += fmt::format("M{} {}v6", charts::coordinate(at), charts::coordinate(kTop));
  }
  return svg + charts::path(looks, "look");
}

std::string levels(const MetricView& view, const Plot& plot) {
  std::string svg;
  if (view.expected) {
    const TimePoint from = view.metric.finding.late_since.value_or(view.outcome.window.start);
    const double at = plot.y(*view.expected);
    svg += charts::line({plot.x(from), at}, {kRight, at}, "expected");
  }
  if (!view.metric.spec.limit) return svg;
  for (const auto& bound : {view.metric.spec.limit->max, view.metric.spec.limit->min}) {
    if (!bound || *bound < view.low || *bound > view.high) continue;
    const double at = plot.y(*bound);
    svg += charts::line({kLeft, at}, {kRight, at}, "limit");
    svg +=
        charts::text({kLeft + 4, at - 4}, Anchor::start, "limit " + view.quantity(*bound), "limit");
  }
  return svg;
}

std::string deploy_mark(const MetricView& view, const Plot& plot) {
  if (!view.outcome.deployed || view.outcome.deployed_at < plot.begin()) return "";
  const double at = plot.x(view.outcome.deployed_at);
  std::string svg = charts::line({at, kTop - 8}, {at, kBottom}, "deploy");
  const bool left = at > (kLeft + kRight) / 2;
  return svg + charts::text({left ? at - 4 : at + 4, kTop - 10}, left ? Anchor::end : Anchor::start,
                            "deploy", "strong");
}

std::string key(const char* what, const std::string& words) {
  return fmt::format("<li class=\"key {}\">{}</li>\n", what, escaped(words));
}

std::string legend(const MetricView& view, const Plot& plot) {
  const std::size_t canaries = view.outcome.hosts.canary.size();
  const std::size_t baseline = view.outcome.hosts.baseline.size();
  std::string html = "<ul class=legend>\n";
  html += key("k-canary", canaries == 1 ? "the canary host" : "the canary, mean of its hosts");
  if (canaries > 1)
    html += key("k-one", canaries > kMostCanaryLines ? fmt::format("{} of them", kMostCanaryLines)
                                                     : "each of them");
  if (baseline > 1) {
    html += key("k-band", fmt::format("8 in 10 of the {} baseline hosts", baseline));
    html += key("k-middle", "their middle");
  } else if (baseline == 1) {
    html += key("k-middle", "the baseline host");
  }
  if (view.expected) {
    html += key("k-expected", judge::compared_as_they_are(view.metric.finding)
                                  ? "the baseline's mean"
                                  : "what was to be expected of the canary");
  }
  html += key("k-window", "the window that was judged");
  if (plot.shows_warmup()) {
    html += key("k-warmup", "warm-up, not judged");
  }
  const WindowOutcome& window = view.outcome.window;
  html += key("k-look", window.looks == 1 ? "the look at it"
                        : window.looks_done < window.looks
                            ? fmt::format("looks; it ended at number {} of {}", window.looks_done,
                                          window.looks)
                            : fmt::format("{} looks", window.looks));
  return html + "</ul>\n";
}

/// A limit that is too far away to be drawn.
std::string far_limits(const MetricView& view) {
  std::string html;
  if (!view.metric.spec.limit) return html;
  for (const auto& bound : {view.metric.spec.limit->max, view.metric.spec.limit->min}) {
    if (!bound || (*bound >= view.low && *bound <= view.high)) continue;
    html += fmt::format("<p class=soft>The limit of {} lies outside this chart.</p>\n",
                        escaped(view.quantity(*bound)));
  }
  return html;
}

}  // namespace

std::string course_words(const MetricView& view) {
  const HostCourses& courses = view.courses();
  const auto split = static_cast<std::size_t>(std::max<std::int64_t>(0, courses.window));
  const auto side = [&](const std::vector<double>& values) {
    const auto before = mean_of(values, 0, split);
    const auto after = mean_of(values, split, values.size());
    std::string seen = (after ? view.quantity(*after) : "nothing") + " in the window";
    if (split == 0) return seen;
    return fmt::format("{} before and {}", before ? view.quantity(*before) : "nothing", seen);
  };
  std::string words = "On average the canary had " + side(courses.canary);
  if (!view.outcome.hosts.baseline.empty()) {
    words += "; the middle of the baseline's hosts had " + side(courses.middle);
  }
  return words + ".";
}

std::string course_figure(const MetricView& view) {
  if (!view.drawable || view.points() == 0) return "";
  const Plot plot(view, kLeft, kRight, kTop, kBottom);
  const double first = plot.x(view.time(0));
  const double step = view.points() > 1 ? plot.x(view.time(1)) - first : 0;
  std::string html = "<figure class=course>\n";
  html += fmt::format(
      R"(<svg viewBox="0 0 {} {}" width="{}" height="{}" {} role="img" aria-label="{}" )", kWidth,
      kHeight, kWidth, kHeight, charts::kPlain,
      escaped(fmt::format("{} over time. {}", view.metric.spec.name, course_words(view))));
  html += fmt::format(R"(data-view="{}" data-x="{:.3f}" data-dx="{:.4f}">)", view.id, first, step);
  html += window_marks(view, plot) + axes(view, plot) + levels(view, plot);
  html += curves(view, plot, kMostCanaryLines, Precision::tenths) + deploy_mark(view, plot);
  if (!view.unit.name.empty()) {
    html += charts::text({kLeft, kTop - 12}, Anchor::end, view.unit.name, "unit");
  }
  html += "</svg>\n";
  html += fmt::format("<figcaption>{}{}<p>{}</p>\n</figcaption>\n</figure>\n", legend(view, plot),
                      far_limits(view), escaped(course_words(view)));
  return html;
}

std::string small_course(const MetricView& view) {
  if (!view.drawable || view.points() == 0) return "";
  const Plot plot(view, 1, 119, 2, 30);
  const double from = plot.x(view.outcome.window.start);
  const double to = plot.x(view.outcome.window.end);
  return fmt::format(
             R"(<svg class=small viewBox="0 0 120 32" width="120" height="32" {} aria-hidden="true">)",
             charts::kPlain) +
         charts::rect({from, 0}, to - from, 32, "window") +
         curves(view, plot, 0, Precision::whole) + "</svg>";
}

}  // namespace canarygate::html
