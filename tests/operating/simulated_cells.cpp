#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "tests/operating/cells.h"
#include "tests/operating/families.h"

namespace canarygate::operating {

namespace {

using Names = std::vector<std::string>;

/// The fleets of the prototype's table, of two hosts, of very many, and with one metric.
const std::vector<FleetSize> kFleets{
    {2, 1, 48, 10},  {4, 1, 120, 10}, {4, 2, 24, 10},  {12, 2, 12, 10},
    {12, 2, 48, 10}, {12, 2, 48, 1},  {40, 3, 24, 10}, {200, 10, 24, 1},
};
const std::vector<FleetSize> kOneFleet{{12, 2, 48, 10}};
const std::vector<FleetSize> kShortFleets{{12, 2, 24, 4}};
const Names kEffects{"none", "+25%", "+50%", "+100%"};
const Names kShortEffects{"none", "+100%"};

/// All combinations, but for one that takes as long as all the others.
std::vector<FleetSize> crossed() {
  std::vector<FleetSize> sizes;
  for (const auto& [hosts, canaries] :
       {std::pair{2U, 1U}, {4U, 1U}, {4U, 2U}, {12U, 2U}, {40U, 3U}, {200U, 10U}}) {
    for (const std::int64_t windows : {6, 12, 24, 48, 120}) {
      for (const std::size_t metrics : {1U, 10U}) {
        if (hosts < 200 || windows < 48 || metrics == 1) {
          sizes.push_back({hosts, canaries, windows, metrics});
        }
      }
    }
  }
  return sizes;
}

/// Families by fleets by effects.
struct Block {
  Names families;  ///< empty: all
  std::vector<FleetSize> fleets;
  Names effects;
};

std::vector<Block> grid() {
  return {
      {{}, kFleets, {"none"}},
      {{"plain"}, kFleets, {"spread", "at-10%", "at-50%", "+10%", "+25%", "+50%", "+100%", "ramp"}},
      {{"plain"}, crossed(), {"none"}},
      {{}, kOneFleet, {"+50%"}},
      {{"counts-005", "counts-02", "counts-05", "counts-20", "counts-1pc"}, kOneFleet, {"x5"}},
  };
}

std::vector<Block> blocks_of(const Selection& selection) {
  if (selection.short_form) {
    return {{{},
             selection.fleet ? std::vector{*selection.fleet} : kShortFleets,
             selection.effects.empty() ? kShortEffects : selection.effects}};
  }
  if (!selection.fleet && selection.effects.empty()) return grid();
  return {{{},
           selection.fleet ? std::vector{*selection.fleet} : kFleets,
           selection.effects.empty() ? kEffects : selection.effects}};
}

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
          plan.past > 0 ? plan.past / plan.points : plan.windows,
          size.metrics,
          plan.points,
          false,
          effect.harmless,
          effect.name == "spread" ? std::max(family.bar, 0.025) : family.bar,
          [plan](std::uint64_t seed) { return test::simulate(plan, seed); }};
}

/// Families of a fixed history are the same in fleets that differ in theirs, and blocks overlap.
void add_new(Cell cell, std::vector<Cell>& cells) {
  const auto key = [](const Cell& of) {
    return std::tie(of.family, of.effect, of.hosts, of.canaries, of.windows, of.metrics);
  };
  if (std::ranges::none_of(cells, [&](const Cell& old) { return key(old) == key(cell); })) {
    cells.push_back(std::move(cell));
  }
}

}  // namespace

Result<std::vector<Cell>> simulated_cells(const Selection& selection) {
  for (const std::string& effect : selection.effects) {
    if (auto is = known(effect, effects(), "effect"); !is) return unexpected(is.error());
  }
  if (!selection.family.empty()) {
    if (auto is = known(selection.family, families(), "family"); !is) return unexpected(is.error());
  }
  std::vector<Cell> cells;
  for (const Family& family : families()) {
    if (!selection.family.empty() && selection.family != family.name) continue;
    for (const Block& block : blocks_of(selection)) {
      if (!block.families.empty() && std::ranges::count(block.families, family.name) == 0) continue;
      for (const FleetSize& size : block.fleets) {
        for (const Effect& effect : effects()) {
          if (std::ranges::count(block.effects, effect.name) == 0) continue;
          add_new(cell_of(family, size, effect), cells);
        }
      }
    }
  }
  return cells;
}

}  // namespace canarygate::operating
