/// Takes out of each host's number what its own past explains (JUDGE.md 2.3): d = y - θ·reference,
/// less its usual level where that can be measured.
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
};

struct Adjusted {
  Cube d;
  std::vector<double> theta;  ///< by look, of now
};

[[nodiscard]] Adjusted adjust(Summaries summaries, const AdjustRequest& request);

/// For each host the number of different groups in which it has numbers before now.
[[nodiscard]] std::vector<std::size_t> groups_seen(const Cube& window,
                                                   const std::vector<std::int64_t>& groups);

/// `values` less their mean over the hosts that have one.
[[nodiscard]] std::vector<double> centred(std::span<const double> values);

}  // namespace canarygate::judge
