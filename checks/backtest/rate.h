/// How often something happened, and how often it may really happen.
#pragma once

#include <cstdint>

namespace canarygate::backtest {

/// `count` of `of`, with the exact 95 % interval of Clopper and Pearson (Biometrika 26, 1934).
struct Rate {
  std::int64_t count = 0;
  std::int64_t of = 0;
  double lower = 0;  ///< fractions; 0 and 1 where there is nothing to go by
  double upper = 1;

  [[nodiscard]] double share() const {
    return of == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of);
  }
};

/// `independent`: as many of them say something new; the interval is that of so many with the same
/// share, where that is fewer than `of`.
[[nodiscard]] Rate rate_of(std::int64_t count, std::int64_t of, std::int64_t independent);
[[nodiscard]] inline Rate rate_of(std::int64_t count, std::int64_t of) {
  return rate_of(count, of, of);
}

}  // namespace canarygate::backtest
