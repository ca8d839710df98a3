#include "pipelines/reporters/html/placebo_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipelines/charts/svg.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::html {

namespace {

using charts::Anchor;
using charts::Axis;
using judge::Placebos;

constexpr double kWidth = 360;
constexpr double kHeight = 250;
constexpr double kLeft = 8;
constexpr double kRight = 352;
constexpr double kTop = 56;
constexpr double kBottom = 206;

/// A score far beyond everything else is marked at the edge: the bars are what is to be seen.
Axis score_axis(const Placebos& seen) {
  double low = std::min(seen.lowest, 0.0);
  double high = std::max(seen.highest, 1.0);
  if (std::isfinite(seen.critical)) high = std::max(high, seen.critical);
  high = std::max(high, std::min(seen.observed, 1.6 * high));
  low = std::min(low, std::max(seen.observed, low - high));
  const double room = 0.04 * (high - low);
  return {Axis::Kind::linear, low - room, high + room, kLeft, kRight};
}

/// One outline of all bars: they stand on one line, each beside the next.
std::string bars(const Placebos& seen, const Axis& x) {
  const auto size = static_cast<double>(seen.bins.size());
  const auto most = static_cast<double>(std::ranges::max(seen.bins));
  const double step = (seen.highest - seen.lowest) / size;
  const std::string ground = charts::coordinate(kBottom);
  // Where all scores are the same there is still a bar to be seen.
  const double least = step > 0 ? 0.0 : 2.0;
  std::string outline = fmt::format("M{} {}", charts::coordinate(x.at(seen.lowest)), ground);
  for (std::size_t bin = 0; bin < seen.bins.size(); ++bin) {
    const double to = x.at(seen.lowest + step * static_cast<double>(bin + 1)) + least;
    const double share = static_cast<double>(seen.bins[bin]) / most;
    // One draw among thousands is still to be seen.
    const double height = seen.bins[bin] == 0 ? 0 : std::max(1.5, (kBottom - kTop) * share);
    outline += fmt::format("V{}H{}", charts::coordinate(kBottom - height), charts::coordinate(to));
  }
  return charts::path(outline + "V" + ground + "z", "bars");
}

std::string marked(const Axis& x, double score, double row, const std::string& words,
                   const char* classes) {
  const double at = x.at(score);
  const bool right_half = at > (kLeft + kRight) / 2;
  std::string svg = charts::line({at, row - 8}, {at, kBottom}, classes);
  return svg + charts::text({right_half ? at - 5 : at + 5, row},
                            right_half ? Anchor::end : Anchor::start, words, classes);
}

std::string drawing(const Placebos& seen) {
  const Axis x = score_axis(seen);
  std::string svg;
  if (std::isfinite(seen.critical)) {
    svg += charts::rect({x.at(seen.critical), kTop}, kRight - x.at(seen.critical), kBottom - kTop,
                        "beyond");
  }
  svg += bars(seen, x);
  for (const double tick : charts::ticks(x.low(), x.high(), 6)) {
    svg += charts::text({x.at(tick), kBottom + 18}, Anchor::middle, format_number(tick, 3), "tick");
  }
  svg += charts::line({kLeft, kBottom}, {kRight, kBottom}, "axis");
  svg += charts::text({(kLeft + kRight) / 2, kBottom + 38}, Anchor::middle,
                      "how much worse, in usual differences", "soft");
  if (std::isfinite(seen.critical)) {
    svg += marked(x, seen.critical, 20,
                  fmt::format("stopped beyond {}", format_number(seen.critical, 2)), "critical");
  }
  const bool off = seen.observed > x.high() || seen.observed < x.low();
  return svg + marked(x, seen.observed, 42,
                      fmt::format("this deploy {}{}", format_number(seen.observed, 2),
                                  off && seen.observed > x.high() ? " →" : ""),
                      "observed");
}

}  // namespace

std::string placebo_figure(const MetricView& view) {
  const auto& seen = view.metric.finding.placebos;
  const std::string words = escaped(placebo_words(view));
  if (!seen || seen->bins.empty()) return fmt::format("<p class=placebo>{}</p>\n", words);
  return fmt::format(
      "<figure class=placebo>\n"
      R"(<svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" {5} role="img" aria-label="{2}">{3}</svg>)"
      "\n<figcaption><h4>Is that more than hosts differ anyway?</h4><p>{4}</p></figcaption>\n"
      "</figure>\n",
      kWidth, kHeight,
      escaped(fmt::format(
          "Scores of {} comparisons without a deploy, from {} to {}. This deploy: "
          "{}. Stopped beyond {}.",
          seen->draws, format_number(seen->lowest, 2), format_number(seen->highest, 2),
          format_number(seen->observed, 2),
          std::isfinite(seen->critical) ? format_number(seen->critical, 2) : "no score")),
      drawing(*seen), words, charts::kPlain);
}

}  // namespace canarygate::html
