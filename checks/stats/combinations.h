/// Choosing some of many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace canarygate::stats {

/// n over k, at most INT64_MAX / 2.
[[nodiscard]] std::int64_t choose(std::size_t n, std::size_t k);

/// Moves `chosen`, ascending members of 0..n-1, to the next choice of as many in lexicographic
/// order; false after the last.
[[nodiscard]] bool next_combination(std::vector<std::size_t>& chosen, std::size_t n);

}  // namespace canarygate::stats
