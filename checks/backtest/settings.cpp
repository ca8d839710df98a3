#include "checks/backtest/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/duration.h"

namespace canarygate::backtest {

namespace {

constexpr std::int64_t kMostPoints = 10'000;  // of a window, as definitions have it

bool possible(const CheckDefinition& check, std::int64_t points) {
  const bool limits_fit = std::ranges::all_of(check.metrics, [&](const MetricSpec& metric) {
    return !metric.limit || !metric.limit->run || metric.limit->run->of <= points;
  });
  return points >= 2 && points <= kMostPoints && points >= check.judge.looks && limits_fit;
}

void add_window(std::vector<Setting>& all, const CheckDefinition& check, std::int64_t points) {
  if (!possible(check, points)) return;
  Setting other{fmt::format("window {}", format_duration(points * check.window.step)), check};
  other.check.window.duration = points * check.window.step;
  all.push_back(std::move(other));
}

void add_allow(std::vector<Setting>& all, const CheckDefinition& check, const char* name,
               double times) {
  Setting other{name, check};
  bool any = false;
  for (MetricSpec& metric : other.check.metrics) {
    any = any || metric.allow > 0;
    metric.allow *= times;
    // A fall of all there is, or more, is never a regression: then nothing would be left to judge.
    if (metric.worse != Worse::higher && metric.allow_is_percent && metric.allow >= 1) return;
  }
  if (any) all.push_back(std::move(other));
}

void add_false_alarms(std::vector<Setting>& all, const CheckDefinition& check, double share) {
  if (std::abs(check.judge.false_alarms - share) < share / 100) return;
  Setting other{fmt::format("false_alarms {:.4g}%", share * 100), check};
  other.check.judge.false_alarms = share;
  for (MetricSpec& metric : other.check.metrics) {
    if (metric.judge) metric.judge->false_alarms = share;
  }
  all.push_back(std::move(other));
}

}  // namespace

std::vector<Setting> other_settings(const CheckDefinition& check) {
  const std::int64_t points = check.window.duration / check.window.step;
  std::vector<Setting> all;
  add_window(all, check, points / 2);
  add_window(all, check, points * 2);
  add_allow(all, check, "allow 0", 0);
  add_allow(all, check, "allow doubled", 2);
  for (const double share : {0.001, 0.01, 0.05}) add_false_alarms(all, check, share);
  return all;
}

}  // namespace canarygate::backtest
