/// Seeded randomness that is the same on every machine: the generator is the standard's, the
/// transforms are ours (those of the standard library differ from one to the next).
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <utility>

namespace canarygate::stats {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in 0..bound-1, without bias; `bound` > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t fair = UINT64_MAX - UINT64_MAX % bound;
    std::uint64_t drawn = engine_();
    while (drawn >= fair) drawn = engine_();
    return drawn % bound;
  }

  /// Uniform in the open interval (0, 1).
  [[nodiscard]] double uniform() {
    return (static_cast<double>(engine_() >> 11U) + 0.5) * 0x1.0p-53;
  }

  /// Moves a random choice of `count` members, in random order, to the front of `items`.
  template <typename T>
  void choose(std::span<T> items, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::swap(items[i], items[i + below(items.size() - i)]);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace canarygate::stats
