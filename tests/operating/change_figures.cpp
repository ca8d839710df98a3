#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tests/operating/figures.h"

namespace canarygate::operating {

namespace {

constexpr double kPanelWidth = 275;
constexpr double kPanelHeight = 205;
constexpr std::size_t kAcross = 3;
constexpr double kTop = 44;
constexpr double kLabelWidth = 28;
/// Of fewer gates the mean says little.
constexpr int kStopsForMean = 10;

struct Kind {
  std::string title;
  std::string text;
  std::string caption;
  bool traces = false;
  bool time = false;  ///< how soon, else how often
};

double to_double(std::size_t n) { return static_cast<double>(n); }

std::vector<double> changes_of(const Results& results, const Fleet& fleet, bool traces) {
  std::vector<double> changes;
  for (const MeasuredCell& cell : results) {
    const auto change = change_of(cell.effect);
    if (change && of_fleet(cell, fleet, traces)) changes.push_back(*change);
  }
  std::ranges::sort(changes);
  changes.erase(std::ranges::unique(changes).begin(), changes.end());
  return changes;
}

std::int64_t points_of(const Results& results, const Fleet& fleet, bool traces) {
  const auto own = std::ranges::find_if(
      results, [&](const MeasuredCell& cell) { return of_fleet(cell, fleet, traces); });
  return own->points;
}

class Panel {
 public:
  Panel(Svg& svg, const Kind& kind, const Results& results, const Fleet& fleet, Point corner)
      : svg_(svg),
        kind_(kind),
        results_(results),
        fleet_(fleet),
        changes_(changes_of(results, fleet, kind.traces)),
        most_(kind.time ? static_cast<double>(points_of(results, fleet, kind.traces)) : 1.0),
        // Equal ratios are equally far apart.
        x_(Axis::Kind::logarithmic, 1, 1 + changes_.back(), corner.x + 44,
           corner.x + kPanelWidth - 20),
        y_(Axis::Kind::linear, 0, most_, corner.y + kPanelHeight - 46, corner.y + 44) {}

  void draw() {
    frame();
    // What is ours lies on top.
    for (const Look& look : looks().subspan(1)) course(look);
    course(looks().front());
  }

 private:
  [[nodiscard]] double x(double change) const { return x_.at(1 + change); }

  void frame() {
    const double left = x(0);
    svg_.text({left, y_.at(most_) - 26}, sizes_of(fleet_), "strong");
    svg_.text({left, y_.at(most_) - 11}, depth_of(fleet_), "soft small");
    for (int quarter = 0; quarter <= 4; ++quarter) {
      const double value = most_ * quarter / 4;
      svg_.line({left, y_.at(value)}, {x(changes_.back()), y_.at(value)},
                quarter == 0 ? "axis" : "tick");
      svg_.text({left - 8, y_.at(value) + 4},
                kind_.time ? fmt::format("{:g}", value) : fmt::format("{:g} %", 100 * value),
                "soft small end");
    }
    double free_from = 0;
    for (const double change : changes_) {
      svg_.line({x(change), y_.at(0)}, {x(change), y_.at(0) + 4}, "axis");
      const bool last = change == changes_.back();
      if (last) {
        svg_.text({x(change) + 12, y_.at(0) + 18}, fmt::format("+{:.0f} %", 100 * change),
                  "soft small end");
      } else if (x(change) >= free_from) {
        svg_.text({x(change), y_.at(0) + 18},
                  change > 0 ? fmt::format("+{:.0f}", 100 * change) : "none", "soft small middle");
        free_from = x(change) + kLabelWidth;
      }
    }
  }

  [[nodiscard]] bool tells(const Rate& rate, double change) const {
    return !kind_.time || (change > 0 && rate.stopped >= kStopsForMean);
  }

  void course(const Look& look) {
    std::vector<std::pair<double, Rate>> values;
    std::vector<Point> points;
    for (const double change : changes_) {
      const auto seen = rate(results_, look.judge, [&](const MeasuredCell& cell) {
        return of_fleet(cell, fleet_, kind_.traces) && change_of(cell.effect) == change;
      });
      if (!seen || !tells(*seen, change)) continue;
      values.emplace_back(change, *seen);
      points.push_back({x(change), y_.at(kind_.time ? seen->points : seen->share())});
    }
    if (points.size() > 1) svg_.path(points, look.judge + " course");
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto& [change, seen] = values[i];
      const Point at = points[i];
      if (!kind_.time) {
        svg_.line({at.x, y_.at(seen.lower())}, {at.x, y_.at(seen.upper())},
                  look.judge + " interval");
      }
      const std::string what = change > 0 ? fmt::format("+{:.0f} %", 100 * change) : "no change";
      const std::string soon =
          seen.stopped > 0 ? fmt::format(", after {:.1f} points", seen.points) : "";
      svg_.mark(at, look.shape, look.judge,
                fmt::format("{}, {}: {}{}", what, look.name, of_gates(seen), soon));
    }
  }

  Svg& svg_;
  const Kind& kind_;
  const Results& results_;
  Fleet fleet_;
  std::vector<double> changes_;
  double most_;
  Axis x_;
  Axis y_;
};

std::string panels(const Results& results, const Kind& kind) {
  const std::vector<Fleet> fleets = fleets_with_changes(results, kind.traces);
  const double rows = std::ceil(to_double(fleets.size()) / to_double(kAcross));
  const double bottom = kTop + rows * kPanelHeight;
  Svg svg(10 + kPanelWidth * to_double(kAcross), bottom + 20, kind.title, kind.text);
  legend(svg, {54, 24});
  for (std::size_t i = 0; i < fleets.size(); ++i) {
    const Point corner{10 + kPanelWidth * to_double(i % kAcross),
                       kTop + kPanelHeight * to_double(i / kAcross)};
    Panel(svg, kind, results, fleets[i], corner).draw();
  }
  svg.text({54, bottom + 6}, kind.caption, "soft small");
  return svg.str();
}

}  // namespace

std::string detection_figure(const Results& results, bool traces) {
  return panels(
      results,
      {traces ? "Changes found in recorded fleets" : "Changes found, by fleet",
       "The share of gates that each judge stopped, against how much worse one metric of the "
       "canary was made, with 95 % intervals; a panel for each size of fleet. At `none` nothing "
       "was worse: what is stopped there is a false alarm.",
       "Share of gates stopped, by how much worse one metric was made, with 95 % intervals. At "
       "“none” every stop is a false alarm.",
       traces, false});
}

std::string time_figure(const Results& results) {
  return panels(
      results,
      {"Time to detection, by fleet",
       "How many points of the window each judge had seen when it stopped the gate, the mean of "
       "those it stopped, against how much worse one metric of the canary was made; a panel for "
       "each size of fleet.",
       "Points of the window seen when stopped: the mean, where ten gates or more were. Who stops "
       "good deploys, too, stops early.",
       false, true});
}

}  // namespace canarygate::operating
