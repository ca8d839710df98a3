#include "checks/gate/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace canarygate::gate {

namespace {

double events_of(const judge::Table& events, const std::vector<std::string>& hosts,
                 std::int64_t first_column, std::int64_t points) {
  double sum = 0;
  for (std::size_t h = 0; h < events.hosts.size(); ++h) {
    if (!std::ranges::binary_search(hosts, events.hosts[h])) continue;
    for (std::int64_t i = 0; i < points; ++i) {
      const double value = events.row(h)[first_column + i];
      if (!std::isnan(value)) sum += value;
    }
  }
  return sum;
}

}  // namespace

std::optional<Reason> low_traffic(const Traffic& traffic, const judge::Table& events,
                                  const Groups& groups, std::int64_t first_column,
                                  std::int64_t points) {
  const double canary = events_of(events, groups.canary, first_column, points);
  if (!(canary >= traffic.min)) {
    return Reason{
        "low_traffic",
        {},
        {},
        fmt::format("the canary got {:.0f} events in the window, fewer than the {:.0f} that "
                    "`traffic: min` asks for; send it more traffic or watch it longer",
                    canary, traffic.min)};
  }
  if (!traffic.min_share || groups.baseline.empty()) return std::nullopt;
  const double baseline = events_of(events, groups.baseline, first_column, points);
  const double per_canary = canary / static_cast<double>(groups.canary.size());
  const double per_baseline = baseline / static_cast<double>(groups.baseline.size());
  if (per_canary >= *traffic.min_share * per_baseline) return std::nullopt;
  return Reason{"low_traffic",
                {},
                {},
                fmt::format("a canary host got {:.0f} % of what a baseline host got, less than the "
                            "{:.0f} % that `traffic: min_share` asks for",
                            100 * per_canary / per_baseline, 100 * *traffic.min_share)};
}

}  // namespace canarygate::gate
