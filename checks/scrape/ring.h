/// The newest samples of one series, as one stretch of memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checks/promql/samples.h"

namespace canarygate::scrape {

class Ring {
 public:
  [[nodiscard]] std::span<const promql::Sample> samples() const {
    return std::span(buffer_).subspan(begin_);
  }
  /// Samples that there is memory for; at most 1.25 times the limit and one.
  [[nodiscard]] std::size_t allocated() const { return buffer_.capacity(); }
  /// When the newest sample was that had to go.
  [[nodiscard]] std::optional<std::int64_t> cut() const { return cut_; }

  /// False, and nothing is stored, when it is not newer than the newest. Keeps at most `limit`, at
  /// least 1.
  bool append(promql::Sample sample, std::size_t limit) {
    if (!buffer_.empty() && sample.time <= buffer_.back().time) return false;
    if (buffer_.size() == buffer_.capacity()) make_room(limit);
    buffer_.push_back(sample);
    drop_oldest(limit);
    return true;
  }

  /// Keeps the newest `limit`, at least 1, and gives the rest of the memory back.
  void shorten(std::size_t limit) {
    drop_oldest(limit);
    const auto kept = samples();
    buffer_ = std::vector<promql::Sample>(kept.begin(), kept.end());
    begin_ = 0;
  }

 private:
  static constexpr std::size_t kFirst = 16;

  void drop_oldest(std::size_t limit) {
    const std::size_t count = buffer_.size() - begin_;
    if (count <= limit) return;
    begin_ += count - limit;
    cut_ = buffer_[begin_ - 1].time;
  }

  /// Moves what is kept to the front once a fifth is free there, so that a sample is moved some
  /// four times in its life; grows otherwise.
  void make_room(std::size_t limit) {
    if (begin_ > buffer_.capacity() / 5) {
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
      return;
    }
    const std::size_t most = limit + limit / 4 + 1;
    buffer_.reserve(
        std::max(buffer_.size() + 1, std::min(most, std::max(kFirst, 2 * buffer_.capacity()))));
  }

  std::vector<promql::Sample> buffer_;
  std::size_t begin_ = 0;
  std::optional<std::int64_t> cut_;
};

}  // namespace canarygate::scrape
