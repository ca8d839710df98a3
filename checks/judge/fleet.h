/// All hosts of a judgement in one fixed order, and one metric's points by that order. Everything
/// behind judge() speaks of hosts by their place in it, so that the order in which they were found
/// changes nothing.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "checks/judge/judge.h"

namespace canarygate::judge {

struct Fleet {
  std::vector<std::string> hosts;  ///< sorted by name
  std::vector<bool> canary;        ///< one each

  [[nodiscard]] std::size_t size() const { return hosts.size(); }
};
[[nodiscard]] Fleet make_fleet(const JudgeInput& input);

/// One table seen by fleet order and timeline index.
class Rows {
 public:
  Rows() = default;
  Rows(const Fleet& fleet, const Table& table, std::int64_t first);

  /// The number of host `host` at point `i`; NaN where there is none (infinities are none, too).
  [[nodiscard]] double at(std::size_t host, std::int64_t i) const {
    const std::int64_t column = i - first_;
    if (rows_[host] == nullptr || column < 0 || column >= columns_) return kMissing;
    const double value = rows_[host][column];
    return std::isfinite(value) ? value : kMissing;
  }

  /// visit(i, number) for each of the points `from`..`to` that has one.
  template <typename Visit>
  void for_each(std::size_t host, std::int64_t from, std::int64_t to, Visit visit) const {
    if (rows_[host] == nullptr) return;
    const std::int64_t end = std::min(to, first_ + columns_ - 1);
    for (std::int64_t i = std::max(from, first_); i <= end; ++i) {
      const double value = rows_[host][i - first_];
      if (std::isfinite(value)) visit(i, value);
    }
  }

 private:
  std::vector<const double*> rows_;
  std::int64_t first_ = 1;
  std::int64_t columns_ = 0;
};

/// A metric as it is judged: its numbers and, for counts, what they are counted against.
struct Points {
  Rows values;
  Rows total;
  bool has_total = false;

  /// Is there a number to judge? Of a share both of its parts are needed: an absent count is not 0.
  [[nodiscard]] bool present(std::size_t host, std::int64_t i) const {
    return !std::isnan(values.at(host, i)) && (!has_total || !std::isnan(total.at(host, i)));
  }
  /// Does the host report at all?
  [[nodiscard]] bool reports(std::size_t host, std::int64_t i) const {
    return !std::isnan(values.at(host, i)) || (has_total && !std::isnan(total.at(host, i)));
  }
};

}  // namespace canarygate::judge
