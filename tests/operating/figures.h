/// The figures of docs/statistics.md.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/operating/rates.h"
#include "tests/operating/svg.h"

namespace canarygate::operating {

struct Figure {
  std::string file;  ///< in docs/figures
  std::string svg;
};

/// Those for which there are results.
[[nodiscard]] std::vector<Figure> figures(const Results& results);

/// Gates stopped though nothing was worse: a row a kind of fleet.
[[nodiscard]] std::string false_alarm_figure(const Results& results);

/// Changes of known size, found or not and how soon: a panel a fleet.
[[nodiscard]] std::string detection_figure(const Results& results, bool traces);
[[nodiscard]] std::string time_figure(const Results& results);

/// How a judge is drawn; the colours are the SVG's.
struct Look {
  std::string judge;
  std::string shape;
  std::string name;
};
[[nodiscard]] std::span<const Look> looks();
void legend(Svg& svg, Point at);

/// `3 of 200 gates (1.5 %)`
[[nodiscard]] std::string of_gates(const Rate& rate);

}  // namespace canarygate::operating
