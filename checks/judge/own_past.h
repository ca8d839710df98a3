/// With few baseline hosts a difference may be one of them that moved, not the canary. So the
/// canary must differ from its own past, too, as far as the baseline does not explain that.
///
/// What hosts have in common is measured on the history: c - β·b is how much the canary changed
/// less what the baseline's change makes one expect of it (synthetic control with β the best linear
/// prediction; the error is the prediction's, and β's own times what the baseline did). Where hosts
/// rise and fall together β is near 1, and this says the same as their difference; where they do
/// not it is near 0. On two real hosts, of which one is called a canary, 5.5 % false alarms
/// become 1.9 %, nearly all of which were a baseline host that fell.
///
/// Nothing the baseline does can take back what the canary did: one that is far from its own past
/// by itself has left it, however far the baseline moved and whatever β may be.
#pragma once

#include <vector>

#include "checks/judge/summarise.h"

namespace canarygate::judge {

/// From so many baseline hosts on one that moves is trimmed away, or outvoted.
inline constexpr std::size_t kFewBaselines = 5;

class OwnPast {
 public:
  /// From the history windows of `d`, adjusted for each host's reference.
  explicit OwnPast(const Cube& d);

  /// A change since the past, on the scale of d, and its standard error.
  struct Change {
    double value = kMissing;
    double error = 0;
  };
  /// Of the canary now in `part`, less what the baseline explains. NaN where it cannot be told.
  [[nodiscard]] Change of(std::size_t part, std::span<const std::uint32_t> canary,
                          std::span<const std::uint32_t> baseline) const;
  /// The same without asking the baseline; its error is all that hosts did in the history.
  [[nodiscard]] Change alone(std::size_t part, std::span<const std::uint32_t> canary) const;

 private:
  struct Spread {
    double common = 0;  ///< variance of what all hosts do
    double own = 0;     ///< of what each does by itself
    double windows = 0;
  };
  Cube now_;                    // window 0, each host less its mean over the history
  std::vector<Spread> spread_;  // by part
};

}  // namespace canarygate::judge
