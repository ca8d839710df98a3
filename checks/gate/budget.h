/// How much of the past may be fetched (JUDGE.md 11).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/hosts.h"

namespace canarygate::gate {

/// Points of all series together that one run fetches of history. It spares the backend, not the
/// judge: `make bench` judges that many in about half a second of processor time.
inline constexpr std::int64_t kFetchBudget = 5'000'000;

/// Points a series may have so that `queries` × `hosts` of them stay in the budget; at least 1.
[[nodiscard]] std::int64_t points_per_series(std::size_t queries, std::size_t hosts);

/// Where even a day's fewest useful windows of all hosts would be too many points: a sample of the
/// baseline, the same for the same seed and names. Returns how many hosts were left out.
std::size_t sample_baseline(Hosts& hosts, const WindowSpec& window, std::size_t queries,
                            std::uint64_t seed);

}  // namespace canarygate::gate
