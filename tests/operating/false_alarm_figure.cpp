#include <fmt/format.h>

#include <algorithm>

#include "tests/operating/figures.h"

namespace canarygate::operating {

namespace {

constexpr double kWidth = 840;
constexpr double kLeft = 210;
constexpr double kRight = 810;
constexpr double kTop = 76;
constexpr double kRow = 25;
constexpr double kLane = 6.5;  ///< from one judge of a row to the next
constexpr double kAskedFor = 0.01;
/// Less than that is drawn at the edge.
constexpr double kLeast = 0.0005;

void scale(Svg& svg, const Axis& axis, double bottom) {
  const auto tick = [&](double share, const char* label, const char* of_line, const char* of_text) {
    svg.line({axis.at(share), kTop}, {axis.at(share), bottom}, of_line);
    svg.text({axis.at(share), kTop - 8}, label, of_text);
  };
  for (const auto& [share, label] : {std::pair{kLeast, "0"},
                                     {0.001, "0.1 %"},
                                     {0.003, "0.3 %"},
                                     {0.03, "3 %"},
                                     {0.1, "10 %"},
                                     {0.3, "30 %"},
                                     {1.0, "100 %"}}) {
    tick(share, label, "tick", "soft small middle");
  }
  tick(kAskedFor, "1 % asked for", "bar", "bar small strong middle");
}

void row(Svg& svg, const Axis& axis, const Results& results, const std::string& name,
         double middle) {
  const auto of_row = [&](const MeasuredCell& cell) { return cell.bar && row_name(cell) == name; };
  svg.text({kLeft - 12, middle + 4}, name, "end");
  const double bar = *std::ranges::find_if(results, of_row)->bar;
  if (bar > kAskedFor) {
    svg.line({axis.at(bar), middle - kRow / 2}, {axis.at(bar), middle + kRow / 2}, "bar other");
  }
  double y = middle - kLane;
  for (const Look& look : looks()) {
    for (const MeasuredCell& cell : results) {
      const Measured* own = of_row(cell) ? cell.judge(look.judge) : nullptr;
      if (own != nullptr) svg.dot({axis.at(own->score.share()), y}, look.judge);
    }
    if (const auto all = rate(results, look.judge, of_row)) {
      svg.line({axis.at(all->lower()), y}, {axis.at(all->upper()), y}, look.judge + " interval");
      svg.mark({axis.at(all->share()), y}, look.shape, look.judge,
               fmt::format("{}, {}: {}", name, look.name, of_gates(*all)));
    }
    y += kLane;
  }
}

}  // namespace

std::string false_alarm_figure(const Results& results) {
  const std::vector<std::string> rows = rows_of_false_alarms(results);
  const double bottom = kTop + kRow * static_cast<double>(rows.size());
  Svg svg(kWidth, bottom + 48, "False alarms by kind of fleet and judge",
          "How many gates each judge stopped though nothing was worse, with 95 % intervals, on a "
          "logarithmic axis with a line at the 1 % that was asked for; a row for each kind of "
          "fleet. The page has the same numbers in a table.");
  legend(svg, {kLeft, 24});
  const Axis axis(Axis::Kind::logarithmic, kLeast, 1, kLeft, kRight);
  for (std::size_t i = 0; i < rows.size(); i += 2) {
    svg.band({kLeft, kTop + kRow * static_cast<double>(i)}, kRight - kLeft, kRow);
  }
  scale(svg, axis, bottom);
  double middle = kTop + kRow / 2;
  for (const std::string& name : rows) {
    row(svg, axis, results, name, middle);
    middle += kRow;
  }
  svg.text({kLeft, bottom + 20},
           "Share of gates stopped, all fleets of a row together, with 95 % intervals; small dots "
           "are single fleets.",
           "soft small");
  svg.text({kLeft, bottom + 36}, "Dashed: what a row is held to where that is more than 1 %.",
           "soft small");
  return svg.str();
}

}  // namespace canarygate::operating
