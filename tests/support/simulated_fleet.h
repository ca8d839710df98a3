/// Fleets in which nothing, or something known, is wrong: host levels, a common course, each host's
/// own autocorrelated course, and spikes, all on the log scale; and what makes real fleets harder.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>

#include "checks/judge/judge.h"
#include "checks/stats/random.h"

namespace canarygate::test {

struct FleetPlan {
  std::size_t hosts = 12;
  std::size_t canaries = 2;
  std::int64_t windows = 48;
  std::size_t metrics = 4;
  std::int64_t points = 20;
  std::int64_t looks = 5;
  Duration step = std::chrono::seconds(15);
  double level_sd = 0.15;
  double common_phi = 0.98;
  double common_sd = 0.3;
  double host_phi = 0.9;
  double host_sd = 0.15;
  double spikes = 0.01;
  bool canaries_have_past = true;
  /// So many points before the deploy are all there is (`windows` is then no bound); 0: enough.
  std::int64_t past = 0;
  std::int64_t deploy = 0;  ///< so many points long is the deploy itself

  double drift_sd = 0;      ///< a host's own slow course, φ = .998
  double daily_sd = 0;      ///< how much the hosts differ in their daily amplitude
  double noise_spread = 0;  ///< log sd of the hosts' own noise
  double canary_noise = 1;  ///< times the noise of the others, always
  double noise_later = 1;   ///< times the noise of before, from point `later` on
  std::int64_t later = 1;
  double canary_noise_now = 1;  ///< times their own noise before the deploy
  double missing = 0;           ///< share of the points
  bool whole_numbers = false;   ///< small ones, rounded down
  enum class Sick { none, always, now } sick = Sick::none;  ///< the last baseline host: e times
  std::size_t gone = 0;  ///< so many of the baseline are there only before the deploy
  double events = 0;     ///< above 0: Poisson events a point and host instead, of `exposure` each
  double rate_spread = 0.7;      ///< log sd of the hosts' rates
  double exposure = 100;         ///< of a baseline host at a point
  double canary_exposure = 1.0;  ///< times the others'

  double allow = 0;  ///< the margin of every metric
  /// What the canary's log is raised by at point 1..n of the window, in the first metric.
  std::function<double(std::int64_t)> effect;
};

[[nodiscard]] double normal(stats::Random& random);

/// The canaries are the first hosts by name.
[[nodiscard]] std::string host_name(std::size_t i);
[[nodiscard]] judge::JudgeInput simulate(const FleetPlan& plan, std::uint64_t seed);

}  // namespace canarygate::test
