#include "checks/backtest/tally.h"

#include <algorithm>
#include <cmath>

namespace canarygate::backtest {

std::int64_t effective_runs(const std::vector<Judged>& judged, Duration window) {
  const auto n = static_cast<double>(judged.size());
  const auto stopped =
      static_cast<double>(std::ranges::count_if(judged, [](const Judged& j) { return j.stopped; }));
  if (stopped == 0 || stopped == n) return static_cast<std::int64_t>(judged.size());
  const double mean = stopped / n;
  const auto off = [&](const Judged& one) { return (one.stopped ? 1.0 : 0.0) - mean; };
  double together = 0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    for (std::size_t j = i + 1; j < judged.size(); ++j) {
      if (judged[j].deployed_at - judged[i].deployed_at >= window) break;
      together += off(judged[i]) * off(judged[j]);
    }
  }
  const double inflation = 1 + std::max(0.0, 2 * together / (n * mean * (1 - mean)));
  return std::max<std::int64_t>(1, std::llround(n / inflation));
}

Tally tally_of(const std::vector<Judged>& judged, std::int64_t independent) {
  Tally tally;
  std::int64_t stopped = 0;
  for (const Judged& one : judged) {
    ++tally.verdicts[one.verdict];
    stopped += one.stopped ? 1 : 0;
  }
  const auto all = static_cast<std::int64_t>(judged.size());
  tally.stopped = rate_of(stopped, all, independent);
  tally.failed = rate_of(tally.verdicts[Verdict::fail], all, independent);
  return tally;
}

std::vector<MetricCost> costs_of(const CheckDefinition& check, const std::vector<Judged>& judged) {
  std::vector<MetricCost> costs;
  for (const MetricSpec& metric : check.metrics) {
    MetricCost cost{metric.name};
    for (const Judged& one : judged) {
      if (!one.stopped) continue;
      const auto among = [&](const std::vector<std::string>& names) {
        return std::ranges::find(names, metric.name) != names.end();
      };
      if (among(one.failed)) {
        ++(one.failed.size() == 1 ? cost.alone : cost.with_others);
      } else if (one.verdict != Verdict::fail && among(one.open)) {
        ++cost.undecided;
      }
    }
    costs.push_back(std::move(cost));
  }
  return costs;
}

std::vector<HourTally> by_hour(const std::vector<Judged>& judged) {
  constexpr int kHours = 24;
  std::vector<HourTally> hours(kHours);
  for (int hour = 0; hour < kHours; ++hour) hours[static_cast<std::size_t>(hour)].hour = hour;
  for (const Judged& one : judged) {
    const auto since_epoch = std::chrono::floor<std::chrono::hours>(one.deployed_at);
    const auto hour = since_epoch.time_since_epoch().count() % kHours;
    HourTally& tally = hours[static_cast<std::size_t>((hour + kHours) % kHours)];
    ++tally.runs;
    tally.stopped += one.stopped ? 1 : 0;
  }
  return hours;
}

Alternative alternative_of(const std::string& setting,
                           const std::vector<std::optional<Judged>>& judged,
                           std::size_t unchanged) {
  std::int64_t stopped = 0;
  std::int64_t failed = 0;
  std::int64_t found = 0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const bool fails = judged[i] && judged[i]->verdict == Verdict::fail;
    if (i >= unchanged) {
      found += fails ? 1 : 0;
      continue;
    }
    failed += fails ? 1 : 0;
    stopped += judged[i] && judged[i]->stopped ? 1 : 0;
  }
  const auto quiet = static_cast<std::int64_t>(unchanged);
  const auto changed = static_cast<std::int64_t>(judged.size()) - quiet;
  return {setting, rate_of(stopped, quiet), rate_of(failed, quiet), rate_of(found, changed)};
}

}  // namespace canarygate::backtest
