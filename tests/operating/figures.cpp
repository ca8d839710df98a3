#include "tests/operating/figures.h"

#include <fmt/format.h>

#include <array>

namespace canarygate::operating {

std::span<const Look> looks() {
  static const std::array kAll{Look{"placebo", "circle", "placebo test (canarygate)"},
                               Look{"mann-whitney", "square", "pooled Mann-Whitney"},
                               Look{"kayenta", "triangle", "Kayenta's classifier"}};
  return kAll;
}

void legend(Svg& svg, Point at) {
  for (const Look& look : looks()) {
    svg.key(at, look.shape, look.judge);
    svg.text({at.x + 10, at.y + 4}, look.name, "");
    at.x += 34 + 6.6 * static_cast<double>(look.name.size());
  }
}

std::string of_gates(const Rate& rate) {
  return fmt::format("{} of {} gates ({:.3g} %)", rate.stopped, rate.runs, 100 * rate.share());
}

std::vector<Figure> figures(const Results& results) {
  std::vector<Figure> all;
  if (!rows_of_false_alarms(results).empty()) {
    all.push_back({"false-alarms.svg", false_alarm_figure(results)});
  }
  if (!fleets_with_changes(results, false).empty()) {
    all.push_back({"detection.svg", detection_figure(results, false)});
    all.push_back({"time-to-detection.svg", time_figure(results)});
  }
  if (!fleets_with_changes(results, true).empty()) {
    all.push_back({"detection-traces.svg", detection_figure(results, true)});
  }
  return all;
}

}  // namespace canarygate::operating
