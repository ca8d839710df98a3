#include "tests/support/simulated_fleet.h"

#include <fmt/format.h>

#include <vector>

namespace canarygate::test {

namespace {

constexpr double kTurn = 6.283185307179586;
const double kMissing = std::nan("");

/// A stationary AR(1) course.
class Course {
 public:
  Course() = default;
  Course(double phi, double sd, stats::Random& random)
      : phi_(phi), innovation_(sd * std::sqrt(1 - phi * phi)), value_(sd * normal(random)) {}
  double next(stats::Random& random) {
    const double now = value_;
    value_ = phi_ * value_ + innovation_ * normal(random);
    return now;
  }

 private:
  double phi_ = 0;
  double innovation_ = 0;
  double value_ = 0;
};

/// Counted out by the gaps between events; the rates are small.
double poisson(double mean, stats::Random& random) {
  double events = 0;
  for (double at = -std::log(random.uniform()); at < mean; at -= std::log(random.uniform())) {
    events += 1;
  }
  return events;
}

judge::Timeline timeline_of(const FleetPlan& plan) {
  judge::TimelineRequest request;
  request.deployed_at = TimePoint(std::chrono::seconds(1'795'212'000));
  request.warmup = 4 * plan.step;
  request.step = plan.step;
  request.duration = plan.points * plan.step;
  request.reference = 4 * request.duration;
  request.history = plan.windows * request.duration;
  request.looks = plan.looks;
  request.deploy_began = request.deployed_at - plan.deploy * request.step;
  if (plan.past > 0) {
    request.past_begins = *request.deploy_began - plan.past * request.step;
    request.history = plan.past * request.step;
  }
  return judge::make_timeline(request);
}

/// One host's numbers of one metric, point by point.
class Host {
 public:
  Host(const FleetPlan& plan, std::size_t host, bool affected, stats::Random& random)
      : plan_(plan),
        host_(host),
        canary_(host < plan.canaries),
        affected_(canary_ && affected),
        random_(random),
        level_(plan.level_sd * normal(random)),
        own_(plan.host_phi, plan.host_sd, random) {
    if (plan.drift_sd > 0) drift_ = Course(0.998, plan.drift_sd, random);
    if (plan.daily_sd > 0) daily_ = plan.daily_sd * normal(random);
    if (plan.noise_spread > 0) noise_ = std::exp(plan.noise_spread * normal(random));
    if (plan.events > 0) rate_ = plan.events * std::exp(plan.rate_spread * normal(random));
    if (canary_) noise_ *= plan.canary_noise;
  }

  [[nodiscard]] double exposure() const {
    return plan_.exposure * (canary_ ? plan_.canary_exposure : 1.0);
  }

  /// NaN where it is not there.
  double at(std::int64_t i, double shared) {
    double y = level_ + shared + noise_at(i) * own_.next(random_);
    if (random_.uniform() < plan_.spikes) y += -0.7 * std::log(random_.uniform());
    if (plan_.drift_sd > 0) y += drift_.next(random_);
    // The deploy is at the steepest hour.
    y += daily_ * std::sin(kTurn * static_cast<double>(i * plan_.step.count()) /
                           static_cast<double>(Duration(std::chrono::hours(24)).count()));
    y += raised(i);
    if (!there(i) || (plan_.missing > 0 && random_.uniform() < plan_.missing)) return kMissing;
    if (plan_.events > 0) {
      return poisson(rate_ * (canary_ ? plan_.canary_exposure : 1.0) * std::exp(raised(i)),
                     random_);
    }
    return plan_.whole_numbers ? std::floor(2 * std::exp(y)) : std::exp(y);
  }

 private:
  [[nodiscard]] double noise_at(std::int64_t i) const {
    double noise = noise_;
    if (i >= plan_.later) noise *= plan_.noise_later;
    if (i >= 1 && affected_) noise *= plan_.canary_noise_now;
    return noise;
  }

  [[nodiscard]] double raised(std::int64_t i) const {
    double by = 0;
    if (i >= 1 && affected_ && plan_.effect) by += plan_.effect(i);
    const bool sick =
        plan_.sick == FleetPlan::Sick::always || (plan_.sick == FleetPlan::Sick::now && i >= 1);
    if (sick && host_ + 1 == plan_.hosts) by += 1;
    return by;
  }

  [[nodiscard]] bool there(std::int64_t i) const {
    if (canary_) return i >= 1 || plan_.canaries_have_past;
    return i < 1 || host_ < plan_.hosts - plan_.gone;
  }

  const FleetPlan& plan_;
  std::size_t host_;
  bool canary_;
  bool affected_;
  stats::Random& random_;
  double level_;
  Course own_;
  Course drift_;
  double daily_ = 0;
  double noise_ = 1;
  double rate_ = 0;
};

judge::MetricData metric_of(const FleetPlan& plan, const judge::Timeline& line, std::size_t metric,
                            stats::Random& random) {
  const std::int64_t columns = line.columns();
  judge::MetricData data;
  data.spec.name = fmt::format("metric {}", metric);
  data.spec.worse = Worse::higher;
  data.spec.allow = plan.allow;
  data.values.columns = columns;
  if (plan.events > 0) {
    data.spec.errors = "errors";
    data.spec.total = "total";
    data.total = judge::Table{{}, columns, {}};
  } else {
    data.spec.query = "q";
  }
  Course common(plan.common_phi, plan.common_sd, random);
  std::vector<double> shared;
  for (std::int64_t c = 0; c < columns; ++c) shared.push_back(common.next(random));
  for (std::size_t i = 0; i < plan.hosts; ++i) {
    Host host(plan, i, metric == 0, random);
    data.values.hosts.push_back(host_name(i));
    if (data.total) data.total->hosts.push_back(host_name(i));
    for (std::int64_t c = 0; c < columns; ++c) {
      const double value = host.at(line.first() + c, shared[static_cast<std::size_t>(c)]);
      data.values.values.push_back(value);
      if (data.total) data.total->values.push_back(std::isnan(value) ? value : host.exposure());
    }
  }
  return data;
}

}  // namespace

double normal(stats::Random& random) {
  const double radius = std::sqrt(-2 * std::log(random.uniform()));
  return radius * std::cos(kTurn * random.uniform());
}

std::string host_name(std::size_t i) { return fmt::format("web-{:03}", i); }

judge::JudgeInput simulate(const FleetPlan& plan, std::uint64_t seed) {
  stats::Random random(seed);
  judge::JudgeInput input;
  input.timeline = timeline_of(plan);
  input.looks_done = static_cast<std::int64_t>(input.timeline.looks.size());
  input.seed = seed;
  for (std::size_t i = 0; i < plan.hosts; ++i) {
    (i < plan.canaries ? input.canary : input.baseline).push_back(host_name(i));
  }
  for (std::size_t metric = 0; metric < plan.metrics; ++metric) {
    input.metrics.push_back(metric_of(plan, input.timeline, metric, random));
  }
  return input;
}

}  // namespace canarygate::test
