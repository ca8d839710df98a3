#include "pipelines/charts/axis.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace canarygate::charts {

namespace {

using namespace std::chrono_literals;

constexpr std::array<Duration, 19> kTimeSteps{1s,   2s,   5s,    10s,   15s,   30s, 1min,
                                              2min, 5min, 10min, 15min, 30min, 1h,  2h,
                                              3h,   6h,   12h,   24h,   168h};

}  // namespace

double Axis::at(double value) const {
  const double held = std::clamp(value, low_, high_);
  const double share = kind_ == Kind::linear ? (held - low_) / (high_ - low_)
                                             : std::log(held / low_) / std::log(high_ / low_);
  return from_ + share * (to_ - from_);
}

std::vector<double> ticks(double low, double high, std::size_t most) {
  const double rough = (high - low) / static_cast<double>(most - 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  }
  std::vector<double> values;
  // A tick that lies on an end must not be lost to rounding.
  const double first = std::ceil(low / step - 1e-9);
  while (values.size() < most) {
    const double tick = (first + static_cast<double>(values.size())) * step;
    if (tick > high + 1e-9 * step) break;
    values.push_back(tick + 0.0);  // never -0
  }
  return values;
}

std::vector<TimePoint> time_ticks(TimePoint from, TimePoint to, std::size_t most) {
  Duration step = kTimeSteps.back();
  for (const Duration candidate : kTimeSteps) {
    if (static_cast<std::size_t>((to - from) / candidate) + 1 <= most) {
      step = candidate;
      break;
    }
  }
  std::vector<TimePoint> times;
  const Duration since = from.time_since_epoch();
  Duration at = since - since % step;
  if (at < since) at += step;
  for (; TimePoint(at) <= to && times.size() < most; at += step) times.emplace_back(at);
  return times;
}

}  // namespace canarygate::charts
