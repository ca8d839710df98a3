/// A few numbers in order, as they come. Each is compared with all before it and the outcomes are
/// added up: more comparisons than any other way to sort, but none that a processor has to guess.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace canarygate::stats {

template <typename T>
class FewSorted {
 public:
  static constexpr std::size_t kMost = 40;

  [[nodiscard]] std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

  /// No more than kMost; equal ones stay in the order they came.
  void add(const T& value) {
    const std::size_t before = size_;
    std::size_t larger = 0;
    for (std::size_t i = 0; i < before; ++i) {
      const std::size_t is_larger = value < values_[i] ? 1U : 0U;
      rank_[i] += is_larger;
      larger += is_larger;
    }
    values_[before] = value;
    rank_[before] = before - larger;
    size_ = before + 1;
  }

  [[nodiscard]] std::span<const T> sorted() {
    for (std::size_t i = 0; i < size_; ++i) sorted_[rank_[i]] = values_[i];
    return std::span<const T>(sorted_).first(size_);
  }

 private:
  std::size_t size_ = 0;
  std::array<T, kMost> values_;
  std::array<std::size_t, kMost> rank_;
  std::array<T, kMost> sorted_;
};

}  // namespace canarygate::stats
