#include <fmt/format.h>

#include <algorithm>

#include "tests/operating/cells.h"
#include "tests/operating/families.h"

namespace canarygate::operating {

namespace {

/// The fleets of the prototype's table, of two hosts, and with one metric.
const std::vector<FleetSize> kFleets{
    {2, 1, 48, 10},  {4, 1, 120, 10}, {4, 2, 24, 10},  {12, 2, 12, 10},
    {12, 2, 48, 10}, {12, 2, 48, 1},  {40, 3, 24, 10},
};
const std::vector<FleetSize> kShortFleets{{12, 2, 24, 4}};
const std::vector<std::string> kEffects{"none", "+25%", "+50%", "+100%"};
const std::vector<std::string> kShortEffects{"none", "+100%"};

template <typename Known>
Status known(const std::string& name, const Known& all, std::string_view what) {
  if (std::ranges::any_of(all, [&](const auto& entry) { return entry.name == name; }))
    return Done{};
  std::string names;
  for (const auto& entry : all) names += (names.empty() ? "" : " ") + entry.name;
  return fail(ErrorKind::usage, fmt::format("no {} {}; there are {}", what, name, names));
}

Cell cell_of(const Family& family, const FleetSize& size, const Effect& effect) {
  test::FleetPlan plan;
  plan.hosts = size.hosts;
  plan.canaries = size.canaries;
  plan.windows = size.windows;
  plan.metrics = size.metrics;
  family.apply(plan);
  effect.apply(plan);
  return {family.name,
          effect.name,
          size.hosts,
          size.canaries,
          plan.windows,
          size.metrics,
          effect.harmless,
          effect.name == "spread" ? std::max(family.bar, 0.025) : family.bar,
          [plan](std::uint64_t seed) { return test::simulate(plan, seed); }};
}

}  // namespace

Result<std::vector<Cell>> simulated_cells(const Selection& selection) {
  std::vector<std::string> wanted = selection.effects;
  if (wanted.empty()) wanted = selection.short_form ? kShortEffects : kEffects;
  for (const std::string& effect : wanted) {
    if (auto is = known(effect, effects(), "effect"); !is) return unexpected(is.error());
  }
  if (!selection.family.empty()) {
    if (auto is = known(selection.family, families(), "family"); !is) return unexpected(is.error());
  }
  std::vector<FleetSize> sizes = selection.short_form ? kShortFleets : kFleets;
  if (selection.fleet) sizes = {*selection.fleet};
  std::vector<Cell> cells;
  for (const Family& family : families()) {
    if (!selection.family.empty() && selection.family != family.name) continue;
    for (const FleetSize& size : sizes) {
      for (const Effect& effect : effects()) {
        if (std::ranges::count(wanted, effect.name) == 0) continue;
        cells.push_back(cell_of(family, size, effect));
      }
    }
  }
  return cells;
}

}  // namespace canarygate::operating
