#include "checks/judge/restless.h"

#include <algorithm>
#include <cmath>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

constexpr double kCap = 4;
/// What is usual is known well enough from so many steps; from fewer than kFewest it is not known.
constexpr std::size_t kSample = 512;
constexpr std::size_t kFewest = 16;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// What is usual for a host.
struct Usual {
  double median = 0;  ///< of the sizes of its steps; 0: nothing to compare with
  double mean = 1;    ///< of the sizes by the median, capped
};

Usual usual_of(std::span<const float> history) {
  std::vector<double> sample;
  const std::size_t stride = std::max<std::size_t>(1, history.size() / kSample);
  for (std::size_t i = 0; i < history.size(); i += stride) {
    if (!std::isnan(history[i])) sample.push_back(std::abs(static_cast<double>(history[i])));
  }
  Usual usual;
  if (sample.size() < kFewest) return usual;
  usual.median = stats::quantile_in_place(sample, 0.5);
  if (!(usual.median > 0.0)) return usual;
  double sum = 0;
  for (const double size : sample) sum += std::min(size / usual.median, kCap);
  usual.mean = sum / static_cast<double>(sample.size());
  return usual;
}

}  // namespace

Steps::Steps(const Timeline& timeline, std::size_t hosts, bool before_after)
    : timeline_(timeline),
      columns_(static_cast<std::size_t>(timeline.columns())),
      hosts_(hosts),
      before_after_(before_after),
      steps_(hosts * columns_, kNone) {}

void Steps::add(std::size_t host, const HostPoints& points) {
  const std::span<float> to = of(host);
  const std::vector<double>& values = points.scaled();
  const auto first = timeline_.first();
  std::size_t before = points.before(first);
  bool had_last = false;
  for (std::size_t column = 0; column < columns_; ++column) {
    const std::size_t after = points.before(first + static_cast<std::int64_t>(column) + 1);
    const bool has = after > before;
    if (has && had_last) to[column] = static_cast<float>(values[before] - values[before - 1]);
    had_last = has;
    before = after;
  }
}

void Steps::take_off_common() {
  if (before_after_) return;
  std::vector<double> sum(columns_, 0.0);
  std::vector<double> count(columns_, 0.0);
  for (std::size_t host = 0; host < hosts_; ++host) {
    const std::span<const float> steps = of(host);
    for (std::size_t column = 0; column < columns_; ++column) {
      const bool has = !std::isnan(steps[column]);
      sum[column] += has ? static_cast<double>(steps[column]) : 0.0;
      count[column] += has ? 1.0 : 0.0;
    }
  }
  for (std::size_t column = 0; column < columns_; ++column) {
    // A host alone at its moment says nothing of itself.
    sum[column] = count[column] > 1 ? sum[column] / count[column] : kMissing;
  }
  for (std::size_t host = 0; host < hosts_; ++host) {
    const std::span<float> steps = of(host);
    for (std::size_t column = 0; column < columns_; ++column) {
      steps[column] = static_cast<float>(static_cast<double>(steps[column]) - sum[column]);
    }
  }
}

Cube Steps::restlessness(std::int64_t looks_done) {
  take_off_common();
  const std::int64_t first = timeline_.first();
  const std::vector<std::int64_t>& ends = timeline_.looks;
  const std::size_t windows = timeline_.bases.size() + 1;
  Cube out(windows, ends.size(), hosts_);
  const auto past = static_cast<std::size_t>(
      std::clamp<std::int64_t>(1 - timeline_.gap - first, 0, timeline_.columns()));
  for (std::size_t host = 0; host < hosts_; ++host) {
    const std::span<const float> steps = of(host);
    const Usual usual = usual_of(steps.first(past));
    if (!(usual.median > 0.0)) continue;
    for (std::size_t w = 0; w < windows; ++w) {
      const std::int64_t base = w == 0 ? 0 : timeline_.bases[w - 1];
      const std::size_t looks = w == 0 ? static_cast<std::size_t>(looks_done) : ends.size();
      double sum = 0;
      double count = 0;
      std::int64_t i = base + 2;  // the step to its first point is no step within the window
      for (std::size_t look = 0; look < looks; ++look) {
        for (; i <= base + ends[look]; ++i) {
          const float step = steps[static_cast<std::size_t>(i - first)];
          if (std::isnan(step)) continue;
          sum += std::min(std::abs(static_cast<double>(step)) / usual.median, kCap);
          count += 1;
        }
        if (count > 0) out.row(w, look)[host] = sum / count / usual.mean;
      }
    }
  }
  return out;
}

}  // namespace canarygate::judge
