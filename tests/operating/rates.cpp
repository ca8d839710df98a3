#include "tests/operating/rates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "checks/text.h"
#include "tests/operating/families.h"

namespace canarygate::operating {

namespace {

constexpr double kNormal = 1.959963984540054;

struct Wilson {
  double centre = 0;
  double half = 0;
};

Wilson wilson(const Rate& rate) {
  const double n = rate.runs;
  const double p = rate.share();
  const double scale = 1 + kNormal * kNormal / n;
  return {(p + kNormal * kNormal / (2 * n)) / scale,
          kNormal * std::sqrt(p * (1 - p) / n + kNormal * kNormal / (4 * n * n)) / scale};
}

}  // namespace

double Rate::lower() const {
  const Wilson interval = wilson(*this);
  return stopped == 0 ? 0.0 : interval.centre - interval.half;
}

double Rate::upper() const {
  const Wilson interval = wilson(*this);
  return stopped == runs ? 1.0 : interval.centre + interval.half;
}

std::optional<Rate> rate(const Results& results, const std::string& judge, const Chosen& chosen) {
  Rate all;
  double points = 0;
  for (const MeasuredCell& cell : results) {
    const Measured* own = chosen(cell) ? cell.judge(judge) : nullptr;
    if (own == nullptr) continue;
    all.runs += own->score.runs;
    all.stopped += own->score.stopped;
    points += own->score.stopped * own->score.points;
  }
  if (all.runs == 0) return std::nullopt;
  if (all.stopped > 0) all.points = points / all.stopped;
  return all;
}

std::optional<double> change_of(const std::string& effect) {
  if (effect == "none") return 0.0;
  if (effect.starts_with('+') && effect.ends_with('%')) {
    return std::strtod(effect.c_str() + 1, nullptr) / 100;
  }
  if (effect.starts_with('x')) return std::strtod(effect.c_str() + 1, nullptr) - 1;
  return std::nullopt;
}

std::string row_name(const MeasuredCell& cell) {
  if (cell.effect == "none") return cell.family;
  if (cell.effect.starts_with("at-")) {
    const std::string margin = cell.effect.substr(3);
    return fmt::format("{}, +{} of {} allowed", cell.family, margin, margin);
  }
  return fmt::format("{}, {}", cell.family, cell.effect);
}

std::vector<std::string> rows_of_false_alarms(const Results& results) {
  std::vector<std::string> rows;
  for (const MeasuredCell& cell : results) {
    if (!cell.bar) continue;
    std::string name = row_name(cell);
    if (std::ranges::count(rows, name) == 0) rows.push_back(std::move(name));
  }
  return rows;
}

std::string sizes_of(const Fleet& fleet) {
  return fmt::format("{} hosts, {} {}", fleet.hosts, fleet.canaries,
                     fleet.canaries == 1 ? "canary" : "canaries");
}

std::string depth_of(const Fleet& fleet) {
  return fmt::format("{} windows of history, {}", fleet.windows, count_of(fleet.metrics, "metric"));
}

Fleet fleet_of(const MeasuredCell& cell) {
  return {cell.hosts, cell.canaries, cell.windows, cell.metrics};
}

bool of_fleet(const MeasuredCell& cell, const Fleet& fleet, bool traces) {
  const bool family = traces ? cell.trace : !cell.trace && cell.family == "plain";
  return family && fleet_of(cell) == fleet;
}

std::vector<Fleet> fleets_with_changes(const Results& results, bool traces) {
  std::set<Fleet> fleets;
  for (const MeasuredCell& cell : results) {
    if (of_fleet(cell, fleet_of(cell), traces) && change_of(cell.effect).value_or(0) > 0) {
      fleets.insert(fleet_of(cell));
    }
  }
  return {fleets.begin(), fleets.end()};
}

}  // namespace canarygate::operating
