#include "pipelines/backtest/html_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipelines/charts/svg.h"
#include "pipelines/numbers.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::backtest {

namespace {

using charts::Anchor;
using charts::Axis;
using charts::Point;

std::string figure(double width, double height, const char* classes, const std::string& words,
                   const std::string& drawing) {
  return fmt::format(
      "<figure{}><svg viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" {} role=img "
      "aria-label=\"{}\">{}</svg></figure>\n",
      classes, width, height, width, height, charts::kPlain, html::escaped(words), drawing);
}

/// From the lower end of an interval to the upper one, with a short line across each.
std::string whisker(double x, double lower, double upper) {
  return charts::line({x, lower}, {x, upper}, "look") +
         charts::line({x - 3, lower}, {x + 3, lower}, "look") +
         charts::line({x - 3, upper}, {x + 3, upper}, "look");
}

std::string percent_grid(const Axis& y, double left, double right, std::size_t most) {
  std::string svg;
  for (const double tick : charts::ticks(y.low(), y.high(), most)) {
    svg += charts::line({left, y.at(tick)}, {right, y.at(tick)}, "grid");
    svg += charts::text({left - 6, y.at(tick) + 4}, Anchor::end,
                        fmt::format("{} %", format_number(100 * tick, 3)), "tick");
  }
  return svg;
}

std::string hours_in_words(const Findings& findings) {
  std::string words = "Share of made-up deploys that would have been stopped, by hour of the day. ";
  const auto stopped = std::ranges::count_if(
      findings.by_hour, [](const HourTally& hour) { return hour.stopped > 0; });
  if (stopped == 0) return words + "None in any hour.";
  for (const HourTally& hour : findings.by_hour) {
    if (hour.stopped == 0) continue;
    words += fmt::format("{:02}:00: {} of {}. ", hour.hour, hour.stopped, hour.runs);
  }
  return words + "None in the other hours.";
}

}  // namespace

std::string share_text(double share) {
  const double value = 100 * share;
  return value >= 10 || value == 0 ? fmt::format("{:.0f} %", value)
                                   : fmt::format("{:.1f} %", value);
}

std::string hours_chart(const Findings& findings) {
  constexpr double kWidth = 720;
  constexpr double kHeight = 230;
  constexpr double kLeft = 56;
  constexpr double kRight = 712;
  constexpr double kTop = 14;
  constexpr double kBottom = 186;
  constexpr double kPitch = (kRight - kLeft) / 24;
  double most = 2 * findings.false_alarms;
  std::vector<Rate> rates;
  for (const HourTally& hour : findings.by_hour) {
    rates.push_back(rate_of(hour.stopped, hour.runs));
    if (hour.runs > 0) most = std::max(most, rates.back().upper);
  }
  const Axis y{Axis::Kind::linear, 0, std::clamp(1.05 * most, 0.01, 1.0), kBottom, kTop};
  std::string svg = percent_grid(y, kLeft, kRight, 5);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const HourTally& hour = findings.by_hour[i];
    const double x = kLeft + kPitch * static_cast<double>(hour.hour);
    if (hour.hour % 3 == 0) {
      svg += charts::text({x + kPitch / 2, kBottom + 18}, Anchor::middle,
                          fmt::format("{:02}", hour.hour), "tick");
    }
    if (hour.runs == 0) continue;
    const double top = y.at(rates[i].share());
    svg += fmt::format("<g><title>{:02}:00 to {:02}:00: {} of {} stopped, {} to {}</title>",
                       hour.hour, hour.hour + 1, hour.stopped, hour.runs,
                       share_text(rates[i].lower), share_text(rates[i].upper));
    svg += charts::rect({x + 4, top}, kPitch - 8, kBottom - top, "bars");
    svg += whisker(x + kPitch / 2, y.at(rates[i].lower), y.at(rates[i].upper)) + "</g>";
  }
  svg += charts::line({kLeft, kBottom}, {kRight, kBottom}, "axis");
  svg += charts::line({kLeft, y.at(findings.false_alarms)}, {kRight, y.at(findings.false_alarms)},
                      "limit");
  svg += charts::text({kRight, y.at(findings.false_alarms) - 5}, Anchor::end,
                      "false_alarms " + share_text(findings.false_alarms), "limit");
  svg += charts::text({(kLeft + kRight) / 2, kBottom + 38}, Anchor::middle, "hour of the day (UTC)",
                      "soft");
  return figure(kWidth, kHeight, "", hours_in_words(findings), svg);
}

std::string share_bar(double share) {
  constexpr double kWidth = 120;
  return fmt::format(
      "<svg viewBox=\"0 0 {0} 12\" width=\"{0}\" height=\"12\" {1} "
      "aria-hidden=true>{2}</svg>",
      kWidth, charts::kPlain,
      charts::rect({0, 1}, kWidth * std::clamp(share, 0.0, 1.0), 10, "bars"));
}

std::string power_chart(const MetricPower& power) {
  constexpr double kWidth = 360;
  constexpr double kHeight = 220;
  constexpr double kLeft = 48;
  constexpr double kRight = 262;
  constexpr double kLeak = 316;
  constexpr double kTop = 16;
  constexpr double kBottom = 172;
  constexpr double kWanted = 0.8;
  const Axis y{Axis::Kind::linear, 0, 1, kBottom, kTop};
  std::vector<const Found*> sizes;
  const Found* leak = nullptr;
  for (const Found& found : power.found) {
    if (found.leak) {
      leak = &found;
    } else {
      sizes.push_back(&found);
    }
  }
  std::string words = fmt::format("{}: how often a change was found. ", power.metric);
  std::string svg = percent_grid(y, kLeft, kWidth - 6, 3);
  std::vector<Point> middle;
  std::vector<Point> upper;
  std::vector<Point> lower;
  // Evenly beside each other: from +10 % to +100 % they are about twice the one before.
  const double pitch =
      sizes.size() < 2 ? 0 : (kRight - kLeft - 30) / static_cast<double>(sizes.size() - 1);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const double x = kLeft + 18 + pitch * static_cast<double>(i);
    const Rate& rate = sizes[i]->found;
    middle.push_back({x, y.at(rate.share())});
    upper.push_back({x, y.at(rate.upper)});
    lower.push_back({x, y.at(rate.lower)});
    const std::string change = format_signed_percent(sizes[i]->change);
    svg += charts::text({x, kBottom + 18}, Anchor::middle, change, "tick");
    words += fmt::format("{}: {}. ", change, share_text(rate.share()));
  }
  svg += charts::path(charts::band_path(upper, lower), "band");
  svg += charts::line({kLeft, y.at(kWanted)}, {kWidth - 6, y.at(kWanted)}, "limit");
  svg += charts::path(charts::line_path(middle), "middle", 2);
  for (const Point& point : middle) svg += charts::rect({point.x - 3, point.y - 3}, 6, 6, "bars");
  if (leak != nullptr) {
    svg += whisker(kLeak, y.at(leak->found.lower), y.at(leak->found.upper));
    svg += charts::rect({kLeak - 4, y.at(leak->found.share()) - 4}, 8, 8, "bars");
    svg += charts::text({kLeak, kBottom + 18}, Anchor::middle,
                        "to " + format_signed_percent(leak->change), "tick");
    svg += charts::text({kLeak, kBottom + 36}, Anchor::middle, "a leak", "soft");
    words += fmt::format("A leak to {}: {}. ", format_signed_percent(leak->change),
                         share_text(leak->found.share()));
  }
  svg += charts::line({kLeft, kBottom}, {kWidth - 6, kBottom}, "axis");
  svg += charts::text({(kLeft + kRight) / 2, kBottom + 36}, Anchor::middle, "size of the change",
                      "soft");
  svg += charts::text({kLeft + 4, y.at(kWanted) - 4}, Anchor::start, "8 in 10", "limit");
  return figure(kWidth, kHeight, " class=placebo", words, svg);
}

}  // namespace canarygate::backtest
