#include "checks/gate/budget.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "checks/clock.h"
#include "checks/gate/schedule.h"

namespace canarygate::gate {

namespace {

// Enough windows, with their reference, for the placebo test to be at its best with a handful of
// canaries.
constexpr std::int64_t kUsefulWindows = 30;
constexpr std::size_t kSmallestBaseline = 20;

}  // namespace

std::int64_t points_per_series(std::size_t queries, std::size_t hosts) {
  const auto series = static_cast<std::int64_t>(std::max<std::size_t>(1, queries * hosts));
  return std::max<std::int64_t>(1, kFetchBudget / series);
}

std::size_t sample_baseline(Hosts& hosts, const WindowSpec& window, std::size_t queries,
                            std::uint64_t seed) {
  const std::int64_t useful = kUsefulWindows * (window.duration / window.step);
  const auto affordable = static_cast<std::size_t>(
      kFetchBudget / (useful * static_cast<std::int64_t>(std::max<std::size_t>(1, queries))));
  const std::size_t canaries = hosts.canary.size();
  const std::size_t keep =
      std::max(kSmallestBaseline, affordable > canaries ? affordable - canaries : 0);
  if (hosts.baseline.size() <= keep) return 0;

  // A hash of seed and name orders the hosts: no host's place depends on who else is there.
  const TimePoint salt{Duration(static_cast<std::int64_t>(seed >> 1U))};
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t i = 0; i < hosts.baseline.size(); ++i) {
    order.emplace_back(seed_of(hosts.baseline[i].name, salt), i);
  }
  std::ranges::sort(order);
  std::vector<Host> kept;
  for (std::size_t i = 0; i < keep; ++i) kept.push_back(hosts.baseline[order[i].second]);
  std::ranges::sort(kept, std::less{}, &Host::name);
  const std::size_t left_out = hosts.baseline.size() - keep;
  hosts.baseline = std::move(kept);
  return left_out;
}

}  // namespace canarygate::gate
