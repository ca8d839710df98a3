/// Fleets in which nothing, or something known, is wrong: host levels, a common course, each host's
/// own autocorrelated course, and spikes, all on the log scale.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "checks/judge/judge.h"
#include "checks/stats/random.h"

namespace canarygate::test {

struct FleetPlan {
  std::size_t hosts = 12;
  std::size_t canaries = 2;
  std::int64_t windows = 48;
  std::size_t metrics = 4;
  std::int64_t points = 20;
  std::int64_t looks = 5;
  double level_sd = 0.15;
  double common_phi = 0.98;
  double common_sd = 0.3;
  double host_phi = 0.9;
  double host_sd = 0.15;
  double spikes = 0.01;
  bool canaries_have_past = true;
  /// So many points before the deploy are all there is (`windows` is then no bound); 0: enough.
  std::int64_t past = 0;
  std::int64_t deploy = 0;  ///< so many points long is the deploy itself
  /// What the canary's log is raised by at point 1..n of the window, in the first metric.
  std::function<double(std::int64_t)> effect;
};

inline double normal(stats::Random& random) {
  const double radius = std::sqrt(-2 * std::log(random.uniform()));
  return radius * std::cos(6.283185307179586 * random.uniform());
}

/// A stationary AR(1) course.
class Course {
 public:
  Course(double phi, double sd, stats::Random& random)
      : phi_(phi), innovation_(sd * std::sqrt(1 - phi * phi)), value_(sd * normal(random)) {}
  double next(stats::Random& random) {
    const double now = value_;
    value_ = phi_ * value_ + innovation_ * normal(random);
    return now;
  }

 private:
  double phi_;
  double innovation_;
  double value_;
};

inline std::string host_name(std::size_t i) { return fmt::format("web-{:03}", i); }

/// The canaries are the first hosts by name.
inline judge::JudgeInput simulate(const FleetPlan& plan, std::uint64_t seed) {
  using std::chrono::seconds;
  stats::Random random(seed);
  judge::JudgeInput input;
  judge::TimelineRequest request;
  request.deployed_at = TimePoint(seconds(1'795'212'000));
  request.warmup = seconds(60);
  request.step = seconds(15);
  request.duration = plan.points * seconds(15);
  request.reference = 4 * request.duration;
  request.history = plan.windows * request.duration;
  request.looks = plan.looks;
  request.deploy_began = request.deployed_at - plan.deploy * request.step;
  if (plan.past > 0) {
    request.past_begins = *request.deploy_began - plan.past * request.step;
    request.history = plan.past * request.step;
  }
  input.timeline = judge::make_timeline(request);
  input.looks_done = static_cast<std::int64_t>(input.timeline.looks.size());
  input.seed = seed;
  for (std::size_t i = 0; i < plan.hosts; ++i) {
    (i < plan.canaries ? input.canary : input.baseline).push_back(host_name(i));
  }
  const std::int64_t columns = input.timeline.columns();
  for (std::size_t metric = 0; metric < plan.metrics; ++metric) {
    judge::MetricData data;
    data.spec.name = fmt::format("metric {}", metric);
    data.spec.query = "q";
    data.spec.worse = Worse::higher;
    Course common(plan.common_phi, plan.common_sd, random);
    std::vector<double> shared;
    for (std::int64_t c = 0; c < columns; ++c) shared.push_back(common.next(random));
    data.values.columns = columns;
    for (std::size_t host = 0; host < plan.hosts; ++host) {
      data.values.hosts.push_back(host_name(host));
      const double level = plan.level_sd * normal(random);
      Course own(plan.host_phi, plan.host_sd, random);
      for (std::int64_t c = 0; c < columns; ++c) {
        double y = level + shared[static_cast<std::size_t>(c)] + own.next(random);
        if (random.uniform() < plan.spikes) y += -0.7 * std::log(random.uniform());
        const std::int64_t i = input.timeline.first() + c;
        const bool canary = host < plan.canaries;
        if (canary && i >= 1 && metric == 0 && plan.effect) y += plan.effect(i);
        const bool gone = canary && i < 1 && !plan.canaries_have_past;
        data.values.values.push_back(gone ? std::nan("") : std::exp(y));
      }
    }
    input.metrics.push_back(std::move(data));
  }
  return input;
}

}  // namespace canarygate::test
