/// Data quality comes before any statistics (JUDGE.md 7): who has enough points to be judged, and
/// is silence itself the finding?
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checks/judge/fleet.h"

namespace canarygate::judge {

struct QualityRequest {
  const Fleet& fleet;
  const Timeline& timeline;
  const Points& points;
  const std::string& metric;
  std::int64_t elapsed = 0;  ///< points of the window that are final
  bool last_look = false;
  double min_coverage = 0.6;
  bool before_after = false;
};

struct Quality {
  std::vector<bool> judged;          ///< by host
  std::vector<std::int64_t> points;  ///< numbers present, by host
  std::size_t canaries = 0;          ///< judged
  std::size_t baselines = 0;
  std::vector<SetAside> set_aside;
  std::vector<Reason> silent;  ///< canary_silent: not empty is a failure, whatever else
  /// window_incomplete: the numbers end before the window does. May fail, never pass.
  std::optional<Reason> unseen_end;
  /// no_data or low_coverage, when a side cannot be judged for want of numbers.
  std::vector<Reason> lacking;
  Verdict lacking_verdict = Verdict::no_data;
};

[[nodiscard]] Quality assess(const QualityRequest& request);

}  // namespace canarygate::judge
