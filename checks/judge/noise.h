/// How noisy each host is by its history, and how far the history's between-host variance may be
/// trusted (JUDGE.md 3 and 4).
#pragma once

#include <vector>

#include "checks/judge/adjust.h"

namespace canarygate::judge {

/// What a contrast knows of the hosts' noise in one part of a window.
struct WindowNoise {
  std::vector<double> variances;     ///< σ² of each host
  std::vector<double> restlessness;  ///< of each host, 1 is as ever; empty: not measured
  double steps = 0;                  ///< of each host, from which that was measured
  /// A canary that is more restless is what is looked for: only the others say how restless the
  /// fleet is.
  bool spread_is_tested = false;
};

/// σ² of each host in each part of a window, shrunk towards the fleet's, and how restless it is
/// now.
class HostNoise {
 public:
  /// From the history windows of `d`; `before_after`: d is already centred. `older` as of
  /// Timeline::older_windows(), empty where no window has a reference.
  HostNoise(const Cube& d, bool before_after, const std::vector<std::size_t>& older = {});

  /// As of restlessness(), with the points of each look.
  void set_restlessness(Cube restlessness, std::vector<std::int64_t> points, bool spread_is_tested);

  [[nodiscard]] WindowNoise of(std::size_t window, std::size_t part) const;
  /// The same, in the memory of `noise`.
  void fill(std::size_t window, std::size_t part, WindowNoise& noise) const;

  /// σ² of all hosts in `part` as a judgement of `window` may know it: without that window itself,
  /// and without the later ones that have it in their reference. A host whose level jumps stands
  /// out in those, too; window 0 has none after it, and a placebo that knew of them would call its
  /// host noisy where the canary is called changed (recorded fleets on a bad day: 1.5 % false
  /// alarms instead of 1.2 %). All 1 where nothing ever varied: there is then nothing to scale by.
  [[nodiscard]] std::vector<double> variances(std::size_t window, std::size_t part) const;

  /// From here on only window 0 is asked for.
  void forget_history() {
    squares_ = squares_.now();
    restlessness_ = restlessness_.now();
  }

 private:
  void fill_variances(std::size_t window, std::size_t part, std::vector<double>& out) const;

  Cube squares_;
  std::vector<std::size_t> since_;  // by window: it and the later ones are left out from here on
  Cube restlessness_;
  std::vector<std::int64_t> points_;
  bool spread_is_tested_ = false;
  std::vector<double> sum_;    // parts × hosts
  std::vector<double> count_;  // parts × hosts
  std::vector<double> mean_;   // by part
};

/// Degrees of freedom ν of the between-host variance of `d` over the history, of whole windows.
[[nodiscard]] double degrees_of_freedom(const Cube& d, bool before_after);

}  // namespace canarygate::judge
