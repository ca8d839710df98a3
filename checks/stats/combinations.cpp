// Lexicographic enumeration (Knuth, The Art of Computer Programming 7.2.1.3).
#include "checks/stats/combinations.h"

#include <algorithm>

namespace canarygate::stats {

std::int64_t choose(std::size_t n, std::size_t k) {
  if (k > n) return 0;
  constexpr std::int64_t kMost = INT64_MAX / 2;
  k = std::min(k, n - k);
  std::int64_t result = 1;
  for (std::size_t i = 1; i <= k; ++i) {
    const auto factor = static_cast<std::int64_t>(n - k + i);
    if (result > kMost / factor) return kMost;
    result = result * factor / static_cast<std::int64_t>(i);  // exact: a binomial at each step
  }
  return result;
}

bool next_combination(std::vector<std::size_t>& chosen, std::size_t n) {
  const std::size_t k = chosen.size();
  for (std::size_t i = k; i-- > 0;) {
    if (chosen[i] + (k - i) >= n) continue;
    ++chosen[i];
    for (std::size_t j = i + 1; j < k; ++j) chosen[j] = chosen[j - 1] + 1;
    return true;
  }
  return false;
}

}  // namespace canarygate::stats
