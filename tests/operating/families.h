/// The kinds of fleet, and the kinds of change, that the operating characteristics are measured on:
/// one table each, a few lines an entry.
#pragma once

#include <span>
#include <string>

#include "tests/support/simulated_fleet.h"

namespace canarygate::operating {

struct Family {
  std::string name;
  std::string text;  ///< what is hard about it
  void (*apply)(test::FleetPlan& plan);
  /// What the false alarms may be: more where the window is honestly unlike the history.
  double bar = 0.01;
};
[[nodiscard]] std::span<const Family> families();

struct Effect {
  std::string name;
  void (*apply)(test::FleetPlan& plan);
  bool harmless = false;  ///< nothing is worse: what is stopped is a false alarm
};
[[nodiscard]] std::span<const Effect> effects();

}  // namespace canarygate::operating
