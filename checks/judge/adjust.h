/// Takes out of each host's number what its own past explains (JUDGE.md 2.3): d = y - θ·reference,
/// less its usual level where that can be measured.
///
/// Where enough windows are older than the reference, their mean is a second regressor, CUPED's
/// with two covariates: d = y - θ·reference - θ'·level. The reference knows where a host is now,
/// the older windows where it usually is; with 12 hosts and 48 windows a change of 50 % is found 94
/// times in 100 instead of 91, with the same false alarms.
#pragma once

#include <vector>

#include "checks/judge/summarise.h"

namespace canarygate::judge {

struct AdjustRequest {
  const Fleet& fleet;
  bool use_reference = false;
  /// A number for each window (0 is now); a host's mean over the windows of the *other* groups is
  /// taken off. Empty: not done. The days with time-of-day control, each window by itself when
  /// there is no baseline to compare to.
  std::vector<std::int64_t> level_groups;
  /// No comparison between hosts: hosts are centred on themselves, not on their window's mean.
  bool before_after = false;
  /// By window, the first that is older than its reference (Timeline::older_windows); empty: no
  /// levels are taken from older windows.
  std::vector<std::size_t> older = {};
};

[[nodiscard]] Cube adjust(Summaries summaries, const AdjustRequest& request);

/// For each host the number of different groups in which it has numbers before now.
[[nodiscard]] std::vector<std::size_t> groups_seen(const Cube& window,
                                                   const std::vector<std::int64_t>& groups);

/// `values` less their mean over the hosts that have one.
[[nodiscard]] std::vector<double> centred(std::span<const double> values);

}  // namespace canarygate::judge
