/// How much some hosts of a window differ from the others of it (JUDGE.md 3): the one number whose
/// distribution is measured with placebos.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "checks/judge/draws.h"
#include "checks/judge/noise.h"
#include "checks/stats/ranked.h"

namespace canarygate::judge {

struct Contrast {
  double difference = kMissing;  ///< S: mean of the canary side less trimmed mean of the others
  double noise = 1.0;  ///< v: what S varies by, from the hosts' histories and how restless they are
  /// Of the part of v that was seen in this window only; infinite where hosts are as ever.
  double degrees = std::numeric_limits<double>::infinity();
  double restless = 1;         ///< how much more the canary's points move than usual
  double others_restless = 1;  ///< and the others'
  double steps = 0;            ///< of the canary, from which that is known
  double spread = kMissing;    ///< s: how spread the others are here; with five or more of them

  [[nodiscard]] double score(double typical_spread) const;
};

/// One part of a window, ready to be asked for many host sets.
class WindowContrast {
 public:
  /// `centre_on`: the hosts whose median is the window's level (empty: all that have a number).
  /// `most_members`: canary and left out together are never more, which saves sorting the rest.
  WindowContrast(std::span<const double> d, WindowNoise noise, bool before_after,
                 std::span<const std::uint32_t> centre_on = {},
                 std::size_t most_members = SIZE_MAX);
  /// Of no window yet.
  WindowContrast(bool before_after, std::size_t most_members)
      : before_after_(before_after), most_members_(most_members) {}

  /// As if made anew for that part of that window, in the memory that is there already.
  void assign(const Cube& d, const HostNoise& noise, std::size_t window, std::size_t part,
              std::span<const std::uint32_t> centre_on);

  /// NaN difference when a side has nobody. Hosts without a number are passed over.
  [[nodiscard]] Contrast of(std::span<const std::uint32_t> canary,
                            std::span<const std::uint32_t> left_out) const;

  /// Sums over those of some hosts that have a number.
  struct Group {
    double hosts = 0;
    double variances = 0;
    double restlessness = 0;

    Group& operator+=(const Group& other) { return add(other, 1); }
    Group& operator-=(const Group& other) { return add(other, -1); }

   private:
    Group& add(const Group& other, double times) {
      hosts += times * other.hosts;
      variances += times * other.variances;
      restlessness += times * other.restlessness;
      return *this;
    }
  };

 private:
  [[nodiscard]] Group group_of(std::size_t host) const;
  [[nodiscard]] Group group_of(std::span<const std::uint32_t> hosts) const;
  void prepare(std::span<const double> d, std::span<const std::uint32_t> centre_on);
  void set_noise(Contrast& contrast, const Group& canary, const Group& others) const;

  bool before_after_;
  std::size_t most_members_;
  WindowNoise noise_;
  std::vector<double> d_;         // centred
  std::vector<double> by_noise_;  // d / σ
  Group all_;
  stats::Ranked levels_;
  stats::Ranked relative_;  // of by_noise_
};

/// The signed scores of all draws, draws × parts; NaN where a draw says nothing of this metric.
struct DrawScores {
  std::vector<double> scores;
  std::vector<double> typical_spread;  ///< s0 by part; 0 where nothing is divided by
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
