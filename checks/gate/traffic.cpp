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

TrafficSeen traffic_seen(const judge::Table& events, const Groups& groups,
                         std::int64_t first_column, std::int64_t points) {
  TrafficSeen seen{events_of(events, groups.canary, first_column, points), std::nullopt};
  if (groups.baseline.empty()) return seen;
  const double baseline = events_of(events, groups.baseline, first_column, points) /
                          static_cast<double>(groups.baseline.size());
  if (baseline > 0) {
    seen.share = seen.canary / static_cast<double>(groups.canary.size()) / baseline;
  }
  return seen;
}

std::optional<Reason> low_traffic(const Traffic& traffic, const TrafficSeen& seen) {
  if (!(seen.canary >= traffic.min)) {
    return Reason{
        "low_traffic",
        {},
        {},
        fmt::format("the canary got {:.0f} events in the window, fewer than the {:.0f} that "
                    "`traffic: min` asks for; send it more traffic or watch it longer",
                    seen.canary, traffic.min)};
  }
  if (!traffic.min_share || !seen.share || *seen.share >= *traffic.min_share) return std::nullopt;
  return Reason{"low_traffic",
                {},
                {},
                fmt::format("a canary host got {:.0f} % of what a baseline host got, less than the "
                            "{:.0f} % that `traffic: min_share` asks for",
                            100 * *seen.share, 100 * *traffic.min_share)};
}

}  // namespace canarygate::gate
