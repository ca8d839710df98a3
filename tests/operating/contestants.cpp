#include "tests/operating/contestants.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "checks/judge/kayenta.h"
#include "checks/stats/mann_whitney.h"

namespace canarygate::operating {

namespace {

using judge::JudgeInput;
using judge::MetricData;

std::optional<std::int64_t> placebo(const JudgeInput& input) {
  const auto look = judge::judge(input).stopped_at_look;
  if (!look) return std::nullopt;
  return input.timeline.looks[static_cast<std::size_t>(*look) - 1];
}

/// All points of all hosts of a side, as if they were one sample; rates of counts.
std::vector<double> pooled(const JudgeInput& input, const MetricData& data,
                           const std::vector<std::string>& hosts, std::int64_t elapsed,
                           bool keep_missing) {
  std::vector<double> points;
  for (std::size_t row = 0; row < data.values.hosts.size(); ++row) {
    if (!std::ranges::binary_search(hosts, data.values.hosts[row])) continue;
    for (std::int64_t i = 1; i <= elapsed; ++i) {
      const std::int64_t column = i - input.timeline.first();
      double x = data.values.row(row)[column];
      if (data.total) x /= data.total->row(row)[column];
      if (keep_missing || !std::isnan(x)) points.push_back(x);
    }
  }
  return points;
}

/// Any metric at any look stops the gate.
template <typename Fails>
std::optional<std::int64_t> first_look(const JudgeInput& input, bool keep_missing,
                                       const Fails& fails) {
  for (const std::int64_t elapsed : input.timeline.looks) {
    for (const MetricData& data : input.metrics) {
      const auto canary = pooled(input, data, input.canary, elapsed, keep_missing);
      const auto baseline = pooled(input, data, input.baseline, elapsed, keep_missing);
      if (fails(canary, baseline, data.spec.allow)) return elapsed;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> mann_whitney(const JudgeInput& input) {
  const double alpha = input.settings.false_alarms;
  return first_look(input, false, [&](auto canary, const auto& baseline, double allow) {
    for (double& x : canary) x /= 1 + allow;
    const auto test = stats::mann_whitney(canary, baseline,
                                          {stats::Alternative::greater, false, 1 - 2 * alpha, 0});
    return test && test->p_value && *test->p_value <= alpha;
  });
}

std::optional<std::int64_t> kayenta(const JudgeInput& input) {
  KayentaSettings settings;
  settings.direction = KayentaSettings::Direction::increase;
  return first_look(input, true, [&](const auto& canary, const auto& baseline, double allow) {
    settings.allowed_increase = 1 + allow;
    return judge::classify(canary, baseline, settings).classification ==
           judge::KayentaResult::Class::high;
  });
}

}  // namespace

std::span<const Contestant> contestants() {
  static const std::array kAll{
      Contestant{"placebo", "the placebo test", placebo},
      Contestant{"mann-whitney", "pooled points, each metric and look at the same level",
                 mann_whitney},
      Contestant{"kayenta", "Kayenta's classifier, any metric High at any look", kayenta},
  };
  return kAll;
}

std::vector<Contestant> contestants(const std::vector<std::string>& names) {
  std::vector<Contestant> found;
  for (const Contestant& judge : contestants()) {
    if (names.empty() || std::ranges::count(names, judge.name) > 0) found.push_back(judge);
  }
  return found;
}

}  // namespace canarygate::operating
