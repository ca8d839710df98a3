#include "tests/operating/families.h"

#include <array>
#include <cmath>

namespace canarygate::operating {

namespace {

using test::FleetPlan;
using Sick = FleetPlan::Sick;

constexpr double kShifted = 0.025;

void flat(FleetPlan& plan) { plan.level_sd = plan.common_sd = plan.host_phi = plan.spikes = 0; }

void five_minutes(FleetPlan& plan, std::chrono::hours history) {
  plan.step = std::chrono::minutes(5);
  plan.daily_sd = 0.3;
  plan.windows = history / (plan.points * plan.step);
}

template <int kPercent>
void raise(FleetPlan& plan) {
  plan.effect = [](std::int64_t) { return std::log1p(kPercent / 100.0); };
}

/// As much worse as is allowed.
template <int kPercent>
void raise_to_margin(FleetPlan& plan) {
  raise<kPercent>(plan);
  plan.allow = kPercent / 100.0;
}

}  // namespace

std::span<const Family> families() {
  static const std::array kAll{
      Family{"plain", "host levels .15, host AR(1) .9 sd .15, common course, 1 % spikes",
             [](FleetPlan&) {}},
      Family{"alike", "independent points, identical hosts", flat},
      Family{"levels", "only host levels differ, by .15",
             [](FleetPlan& p) { flat(p), p.level_sd = .15; }},
      Family{"levels-30", "host levels .30", [](FleetPlan& p) { p.level_sd = .3; }},
      Family{"white", "host noise without memory", [](FleetPlan& p) { p.host_phi = 0; }},
      Family{"phi-80", "host AR(1) .8", [](FleetPlan& p) { p.host_phi = .8; }},
      Family{"phi-95", "host AR(1) .95 sd .2",
             [](FleetPlan& p) { p.host_phi = .95, p.host_sd = .2; }},
      Family{"spikes", "3 % spikes", [](FleetPlan& p) { p.spikes = .03; }},
      Family{"drift", "hosts drift slowly, .998 sd .2", [](FleetPlan& p) { p.drift_sd = .2; }},
      Family{"daily", "hosts of different daily amplitude, 7 days known",
             [](FleetPlan& p) { five_minutes(p, std::chrono::hours(24 * 7)); }},
      Family{"daily-unseen", "the same, 3 days known",
             [](FleetPlan& p) { five_minutes(p, std::chrono::hours(24 * 3)); }},
      Family{"restless-hour", "noise doubles 40 points before the window",
             [](FleetPlan& p) { p.noise_later = 2, p.later = -40; }, kShifted},
      Family{"restless-window", "noise doubles in the window",
             [](FleetPlan& p) { p.noise_later = 2; }, kShifted},
      Family{"noisy-canary", "canaries always twice as noisy",
             [](FleetPlan& p) { p.canary_noise = 2; }, kShifted},
      Family{"noisy-hosts", "host noise lognormal .5", [](FleetPlan& p) { p.noise_spread = .5; }},
      Family{"counts-005", "Poisson .005 a point, host rates lognormal .7",
             [](FleetPlan& p) { p.events = .005; }},
      Family{"counts-02", "Poisson .02 a point", [](FleetPlan& p) { p.events = .02; }},
      Family{"counts-05", "Poisson .05 a point", [](FleetPlan& p) { p.events = .05; }},
      Family{"counts-20", "Poisson .2 a point", [](FleetPlan& p) { p.events = .2; }},
      Family{"counts-1pc", "Poisson .2 a point, canaries with 1 % of the traffic",
             [](FleetPlan& p) { p.events = .2, p.canary_exposure = .01; }},
      Family{"small-integers", "rounded down, about 2",
             [](FleetPlan& p) { p.whole_numbers = true; }},
      Family{"sick-host", "one baseline host always 2.7 times",
             [](FleetPlan& p) { p.sick = Sick::always; }},
      Family{"sick-now", "one baseline host 2.7 times in the window",
             [](FleetPlan& p) { p.sick = Sick::now; }},
      Family{"missing", "10 % of the points missing", [](FleetPlan& p) { p.missing = .1; }},
      Family{"dead-host", "a baseline host stops at the deploy",
             [](FleetPlan& p) { p.gone = p.hosts > p.canaries + 1 ? 1 : 0; }},
      Family{"scaled-in", "half of the baseline is gone",
             [](FleetPlan& p) { p.gone = (p.hosts - p.canaries) / 2; }},
      Family{"new-pods", "canaries without a past",
             [](FleetPlan& p) { p.canaries_have_past = false; }},
      Family{"short-past", "only 5 windows before the deploy are known",
             [](FleetPlan& p) { p.past = 5 * p.points; }},
      Family{"short-deploy", "the same, and the deploy takes three quarters of a window",
             [](FleetPlan& p) { p.past = 5 * p.points, p.deploy = 3 * p.points / 4; }},
      Family{"long-deploy", "the same, and the deploy takes 3 windows",
             [](FleetPlan& p) { p.past = 5 * p.points, p.deploy = 3 * p.points; }},
  };
  return kAll;
}

std::span<const Effect> effects() {
  static const std::array kAll{
      Effect{"none", [](FleetPlan&) {}, true},
      Effect{"spread", [](FleetPlan& p) { p.canary_noise_now = 2; }, true},
      Effect{"at-10%", raise_to_margin<10>, true},
      Effect{"at-50%", raise_to_margin<50>, true},
      Effect{"+10%", raise<10>},
      Effect{"+25%", raise<25>},
      Effect{"+50%", raise<50>},
      Effect{"+100%", raise<100>},
      Effect{"x5", raise<400>},
      Effect{"ramp",
             [](FleetPlan& p) {
               p.effect = [n = p.points](std::int64_t i) {
                 return std::log1p(.5 * static_cast<double>(i) / static_cast<double>(n));
               };
             }},
  };
  return kAll;
}

}  // namespace canarygate::operating
