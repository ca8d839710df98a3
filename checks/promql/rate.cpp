// As Prometheus 3 calculates it (extrapolatedRate and instantValue of its promql/functions.go): the
// change between the first and the last sample, made longer to where the series probably began and
// ended. Operations stand in the same order as there, so that results agree to the last bit.
#include "checks/promql/rate.h"

#include <algorithm>

namespace canarygate::promql {

namespace {

double seconds(std::int64_t milliseconds) { return static_cast<double>(milliseconds) / 1000; }

/// The change over all samples; a counter that falls began again at 0.
double change(std::span<const Sample> samples, bool is_counter) {
  double sum = samples.back().value - samples.front().value;
  if (!is_counter) return sum;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (samples[i].value < samples[i - 1].value) sum += samples[i - 1].value;
  }
  return sum;
}

/// How many times the sampled stretch the extrapolated one is.
double stretch(std::span<const Sample> samples, Range range, bool is_counter, double changed) {
  const double sampled = seconds(samples.back().time - samples.front().time);
  const double spacing = sampled / static_cast<double>(samples.size() - 1);
  const double near = spacing * 1.1;
  double to_begin = seconds(samples.front().time - range.begin);
  double to_end = seconds(range.end - samples.back().time);
  // A sample is missing where one would be expected: the series began or ended within the range.
  if (to_begin >= near) to_begin = spacing / 2;
  if (to_end >= near) to_end = spacing / 2;
  // A counter is never below zero, so neither is what it is extrapolated to.
  if (is_counter && changed > 0 && samples.front().value >= 0) {
    to_begin = std::min(to_begin, sampled * (samples.front().value / changed));
  }
  return (sampled + to_begin + to_end) / sampled;
}

double instant_rate(const Sample& previous, const Sample& last) {
  const bool reset = last.value < previous.value;
  const double changed = reset ? last.value : last.value - previous.value;
  return changed / seconds(last.time - previous.time);
}

}  // namespace

std::optional<double> evaluate_range(RangeFunction function, std::span<const Sample> samples,
                                     Range range) {
  if (samples.size() < 2) return std::nullopt;
  if (function == RangeFunction::irate) {
    return instant_rate(samples[samples.size() - 2], samples.back());
  }
  const bool is_counter = function != RangeFunction::delta;
  const double changed = change(samples, is_counter);
  double factor = stretch(samples, range, is_counter, changed);
  if (function == RangeFunction::rate) factor /= seconds(range.end - range.begin);
  return changed * factor;
}

}  // namespace canarygate::promql
