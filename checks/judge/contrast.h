/// How much some hosts of a window differ from the others of it (JUDGE.md 3): the one number whose
/// distribution is measured with placebos.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "checks/judge/draws.h"
#include "checks/judge/noise.h"
#include "checks/stats/ranked.h"

namespace canarygate::judge {

struct Contrast {
  double difference = kMissing;  ///< S: mean of the canary side less trimmed mean of the others
  double noise = 1.0;            ///< v: what S varies by, from the hosts' own histories
  double spread = kMissing;      ///< s: how spread the others are here; with five or more of them

  [[nodiscard]] double score(double typical_spread) const;
};

/// One window at one look, ready to be asked for many host sets.
class WindowContrast {
 public:
  /// `centre_on`: the hosts whose median is the window's level (empty: all that have a number).
  /// `most_members`: canary and left out together are never more, which saves sorting the rest.
  WindowContrast(std::span<const double> d, std::vector<double> variances, bool before_after,
                 std::span<const std::uint32_t> centre_on = {},
                 std::size_t most_members = SIZE_MAX);

  /// NaN difference when a side has nobody. Hosts without a number are passed over.
  [[nodiscard]] Contrast of(std::span<const std::uint32_t> canary,
                            std::span<const std::uint32_t> left_out) const;

 private:
  std::vector<double> d_;  // centred
  std::vector<double> variances_;
  double all_variances_ = 0;
  bool before_after_;
  stats::Ranked levels_;
  stats::Ranked relative_;  // d / σ
};

/// The signed scores of all draws, draws × looks; NaN where a draw says nothing of this metric.
struct DrawScores {
  std::vector<double> scores;
  std::vector<double> typical_spread;  ///< s0 by look; 0 where nothing is divided by
};

struct ScoreRequest {
  const Cube& d;
  const HostNoise& noise;
  const Draws& draws;
  bool before_after = false;
  std::vector<std::uint32_t> centre_on;  ///< for draws in window 0
  /// s0 of the history, for draws in window 0; measured on these draws when absent.
  std::optional<std::vector<double>> typical_spread;
};
[[nodiscard]] DrawScores score_draws(const ScoreRequest& request);

}  // namespace canarygate::judge
