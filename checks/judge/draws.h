/// Placebo draws: which hosts of which window play the canary when nobody deployed anything
/// (JUDGE.md 4). Shared by all metrics and looks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace canarygate::judge {

/// The hosts `canary` of a window against all others of it but `left_out`.
struct Draw {
  std::size_t window = 0;
  std::span<const std::uint32_t> canary;
  std::span<const std::uint32_t> left_out;
};

/// Ordered by window, so that what a window's draws share is worked out once.
class Draws {
 public:
  void add(std::size_t window, std::span<const std::uint32_t> canary,
           std::span<const std::uint32_t> left_out);
  [[nodiscard]] std::size_t size() const { return window_.size(); }
  [[nodiscard]] Draw operator[](std::size_t i) const;

 private:
  std::vector<std::size_t> window_;
  std::vector<std::size_t> begin_{0};  // canary of i: members_[begin_[2i]..begin_[2i+1]), then out
  std::vector<std::uint32_t> members_;
};

struct DrawRequest {
  std::vector<std::vector<std::uint32_t>> present;  ///< by window (0 is now): whom to choose from
  std::vector<std::uint32_t> canary;                ///< today's, ascending
  std::size_t baselines = 0;                        ///< today's
  std::size_t count = 0;                            ///< how many draws in all
  std::uint64_t seed = 0;
};

/// All time placebos (today's canary in each history window that has all of it), then random host
/// sets, spread evenly over the history windows. Windows with fewer than the canary's hosts and one
/// more are not used. Without baseline: the time placebos only.
[[nodiscard]] Draws draw_history(const DrawRequest& request);

/// Random host sets among `present[0]`, today's baseline, as many as a window's share.
[[nodiscard]] Draws draw_now(const DrawRequest& request);

/// Every choice of as many hosts as the canary has from `hosts`, but the canary itself; a random
/// sample of `count` where there are more than `most` of them. All in window 0.
[[nodiscard]] Draws permutations(const std::vector<std::uint32_t>& hosts,
                                 const std::vector<std::uint32_t>& canary, std::size_t count,
                                 std::int64_t most, std::uint64_t seed);

/// How many of the draws differ from all others.
[[nodiscard]] std::size_t distinct(const Draws& draws);

}  // namespace canarygate::judge
