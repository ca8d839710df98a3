#include "checks/backtest/inject.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "checks/series_table.h"
#include "checks/stats/random.h"

namespace canarygate::backtest {

namespace {

/// More events than this at a point are not drawn one by one: chance no longer shows.
constexpr double kManyEvents = 10'000;

bool is_count(double value) {
  return value >= 0 && value <= kManyEvents && value == std::floor(value);
}

/// How many of `count` events happen that each do with probability `share`. The same `random`
/// gives no fewer for a larger share.
double thinned(double count, double share, stats::Random& random) {
  double kept = 0;
  const auto events = static_cast<std::int64_t>(count);
  for (std::int64_t i = 0; i < events; ++i) kept += random.uniform() < share ? 1 : 0;
  return kept;
}

double changed_events(double events, double factor, Worse worse, std::uint64_t seed) {
  if (!is_count(events)) return changed(events, factor, worse);
  stats::Random random(seed);
  if (worse == Worse::lower) return thinned(events, 1 / factor, random);
  const double whole = std::floor(factor);
  return events * whole + thinned(events, factor - whole, random);
}

std::set<std::string> spellings_of(const gate::Reply& reply, const gate::Groups& groups) {
  std::vector<std::string> all = groups.canary;
  all.insert(all.end(), groups.baseline.begin(), groups.baseline.end());
  std::vector<std::string> spellings;
  for (const gate::Piece& piece : reply.pieces) {
    for (const Series& series : piece.series) spellings.push_back(series.host);
  }
  std::set<std::string> canary;
  for (const auto& [spelling, host] : HostMatcher(all).match(spellings)) {
    if (std::ranges::binary_search(groups.canary, host)) canary.insert(spelling);
  }
  return canary;
}

}  // namespace

double changed(double value, double factor, Worse worse) {
  const double by = worse == Worse::lower ? 1 / factor - 1 : factor - 1;
  return value + by * std::abs(value);
}

double change_of(double size, Worse worse) {
  return worse == Worse::lower ? 1 / (1 + size) - 1 : size;
}

void inject(const Injection& injection, const MetricSpec& metric, const gate::Groups& groups,
            std::uint64_t seed, gate::Reply& reply) {
  const std::set<std::string> canary = spellings_of(reply, groups);
  stats::Random seeds(seed);
  for (gate::Piece& piece : reply.pieces) {
    if (piece.from < 1) continue;
    for (Series& series : piece.series) {
      if (!canary.contains(series.host)) continue;
      const auto points = static_cast<double>(series.values.size());
      for (std::size_t i = 0; i < series.values.size(); ++i) {
        const std::uint64_t own_seed = seeds.below(UINT64_MAX);
        double& value = series.values[i];
        if (std::isnan(value)) continue;
        const double share = injection.leak ? static_cast<double>(i + 1) / points : 1.0;
        const double factor = 1 + injection.size * share;
        value = metric.counts() ? changed_events(value, factor, metric.worse, own_seed)
                                : changed(value, factor, metric.worse);
      }
    }
  }
}

}  // namespace canarygate::backtest
