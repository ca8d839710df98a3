#include "tests/support/pictures.h"

#include <algorithm>
#include <array>
#include <limits>

namespace canarygate::test {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kBefore = 8;
constexpr std::int64_t kWarmup = 4;

/// Up to a tenth up or down; no two hosts alike.
double wobble(std::size_t host, std::int64_t point) {
  constexpr std::array<double, 7> kSteps{0.0, 0.04, -0.06, 0.08, -0.02, 0.02, -0.08};
  return 1 + kSteps[(static_cast<std::size_t>(point) * 3 + host * 5) % kSteps.size()];
}

std::int64_t points_seen(const WindowOutcome& window) {
  const std::int64_t points = (window.end - window.start) / window.step;
  return (points * window.looks_done + window.looks - 1) / window.looks;
}

void add_courses(const Outcome& outcome, MetricOutcome& metric) {
  const double base = *metric.finding.baseline.mean;
  const double canary = *metric.finding.canary.mean;
  const std::int64_t points = kBefore + kWarmup + points_seen(outcome.window);
  HostCourses& courses = metric.courses;
  courses.window = kBefore + kWarmup;
  courses.step = outcome.window.step;
  courses.start = outcome.window.start - courses.window * courses.step;
  courses.hosts = outcome.hosts.canary;
  courses.canaries = static_cast<std::int64_t>(courses.hosts.size());
  courses.hosts.insert(courses.hosts.end(), outcome.hosts.baseline.begin(),
                       outcome.hosts.baseline.end());
  for (std::int64_t p = 0; p < points; ++p) {
    const bool warmup = p >= kBefore && p < courses.window;
    const double now = p < kBefore ? base : canary;
    courses.canary.push_back(warmup ? kNone : now * wobble(0, p));
    courses.low.push_back(warmup ? kNone : base * 0.9);
    courses.middle.push_back(warmup ? kNone : base * wobble(1, p));
    courses.high.push_back(warmup ? kNone : base * 1.1);
  }
  for (std::size_t host = 0; host < courses.hosts.size(); ++host) {
    const bool is_canary = static_cast<std::int64_t>(host) < courses.canaries;
    for (std::int64_t p = 0; p < points; ++p) {
      const bool warmup = p >= kBefore && p < courses.window;
      const double level = is_canary && p >= kBefore ? canary : base;
      courses.values.push_back(warmup ? kNone : level * wobble(host, p));
    }
  }
}

void add_placebos(MetricOutcome& metric) {
  judge::Placebos seen;
  seen.draws = 2000;
  seen.lowest = -2.5;
  seen.highest = 3.5;
  seen.bins = {20, 160, 480, 680, 440, 160, 40, 12, 4, 2, 1, 1};
  seen.critical = 3.1;
  const bool failed = metric.finding.verdict == Verdict::fail;
  seen.observed = failed ? 9.4 : 0.75;
  seen.beyond = failed ? 0 : 410;
  metric.finding.placebos = seen;
}

}  // namespace

void add_pictures(Report& report) {
  Outcome& outcome = report.outcome;
  if (outcome.window.looks_done < 1) return;
  for (MetricOutcome& metric : outcome.metrics) {
    if (!metric.finding.canary.mean || !metric.finding.baseline.mean) continue;
    add_courses(outcome, metric);
    const bool compared = metric.finding.effect.estimate.has_value();
    if (compared && metric.finding.method == JudgeMethod::placebo) add_placebos(metric);
  }
}

}  // namespace canarygate::test
