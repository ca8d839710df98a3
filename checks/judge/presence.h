/// How many of a host's points are there between any two of them, counted once.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "checks/judge/fleet.h"

namespace canarygate::judge {

class Presence {
 public:
  Presence(const Timeline& timeline, const Points& points, std::size_t host)
      : first_(timeline.first()), before_(static_cast<std::size_t>(timeline.columns()) + 1) {
    const auto mark = [&](std::int64_t i, double) {
      before_[static_cast<std::size_t>(i - first_) + 1] =
          !points.has_total || points.present(host, i) ? 1U : 0U;
    };
    points.values.for_each(host, first_, timeline.points, mark);
    std::partial_sum(before_.begin(), before_.end(), before_.begin());
  }

  /// Of the points base+1..base+count.
  [[nodiscard]] std::int64_t present(std::int64_t base, std::int64_t count) const {
    return before(base + count + 1) - before(base + 1);
  }
  /// At least one, and that share of them.
  [[nodiscard]] bool covers(std::int64_t base, std::int64_t count, double share) const {
    const std::int64_t found = present(base, count);
    return found > 0 && static_cast<double>(found) >= share * static_cast<double>(count);
  }

 private:
  [[nodiscard]] std::int64_t before(std::int64_t i) const {
    return before_[static_cast<std::size_t>(i - first_)];
  }

  std::int64_t first_;
  std::vector<std::uint32_t> before_;  // by point, and one behind the last
};

}  // namespace canarygate::judge
