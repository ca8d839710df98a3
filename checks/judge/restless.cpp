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

/// The steps of all hosts on the metric's scale, NaN where there is none; and what they have in
/// common.
class Steps {
 public:
  Steps(const Timeline& timeline, std::span<const HostPoints> points, bool before_after)
      : first_(timeline.first()),
        columns_(static_cast<std::size_t>(timeline.columns())),
        steps_(points.size() * columns_, kNone),
        common_(columns_, 0.0) {
    for (std::size_t host = 0; host < points.size(); ++host) {
      add(std::span(steps_).subspan(host * columns_, columns_), points[host]);
    }
    if (!before_after) measure_common(points.size());
  }

  /// Less what all step, in single precision as they are kept.
  [[nodiscard]] float own(std::size_t host, std::size_t column) const {
    return static_cast<float>(static_cast<double>(steps_[host * columns_ + column]) -
                              common_[column]);
  }

 private:
  void add(std::span<float> to, const HostPoints& points) const;
  void measure_common(std::size_t hosts);

  std::int64_t first_;
  std::size_t columns_;
  std::vector<float> steps_;    // hosts × columns
  std::vector<double> common_;  // by column; NaN where a host is alone: it says nothing of itself
};

void Steps::add(std::span<float> to, const HostPoints& points) const {
  const std::vector<double>& values = points.scaled();
  std::size_t before = points.before(first_);
  bool had_last = false;
  for (std::size_t column = 0; column < columns_; ++column) {
    const std::size_t after = points.before(first_ + static_cast<std::int64_t>(column) + 1);
    const bool has = after > before;
    if (has && had_last) to[column] = static_cast<float>(values[before] - values[before - 1]);
    had_last = has;
    before = after;
  }
}

void Steps::measure_common(std::size_t hosts) {
  std::vector<std::uint32_t> count(columns_, 0);
  for (std::size_t host = 0; host < hosts; ++host) {
    const float* const steps = steps_.data() + host * columns_;
    for (std::size_t column = 0; column < columns_; ++column) {
      const bool has = !std::isnan(steps[column]);
      common_[column] += static_cast<double>(has ? steps[column] : 0.0F);
      count[column] += has ? 1U : 0U;
    }
  }
  for (std::size_t column = 0; column < columns_; ++column) {
    common_[column] =
        count[column] > 1 ? common_[column] / static_cast<double>(count[column]) : kMissing;
  }
}

Usual usual_of(const Steps& steps, std::size_t host, std::size_t past) {
  std::vector<double> sample;
  const std::size_t stride = std::max<std::size_t>(1, past / kSample);
  for (std::size_t column = 0; column < past; column += stride) {
    const float step = steps.own(host, column);
    if (!std::isnan(step)) sample.push_back(std::abs(static_cast<double>(step)));
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

Cube restlessness(const Timeline& timeline, std::span<const HostPoints> points,
                  std::int64_t looks_done, bool before_after) {
  const Steps steps(timeline, points, before_after);
  const std::int64_t first = timeline.first();
  const std::vector<std::int64_t>& ends = timeline.looks;
  const std::size_t windows = timeline.bases.size() + 1;
  Cube out(windows, ends.size(), points.size());
  const auto past = static_cast<std::size_t>(
      std::clamp<std::int64_t>(1 - timeline.gap - first, 0, timeline.columns()));
  for (std::size_t host = 0; host < points.size(); ++host) {
    const Usual usual = usual_of(steps, host, past);
    if (!(usual.median > 0.0)) continue;
    const double by_usual = 1 / usual.median;
    for (std::size_t w = 0; w < windows; ++w) {
      const std::int64_t base = w == 0 ? 0 : timeline.bases[w - 1];
      const std::size_t looks = w == 0 ? static_cast<std::size_t>(looks_done) : ends.size();
      double sum = 0;
      double count = 0;
      std::int64_t i = base + 2;  // the step to its first point is no step within the window
      for (std::size_t look = 0; look < looks; ++look) {
        for (; i <= base + ends[look]; ++i) {
          const float step = steps.own(host, static_cast<std::size_t>(i - first));
          const double size = std::min(std::abs(static_cast<double>(step)) * by_usual, kCap);
          const bool has = !std::isnan(step);
          sum += has ? size : 0.0;
          count += has ? 1.0 : 0.0;
        }
        if (count > 0) out.row(w, look)[host] = sum / count / usual.mean;
      }
    }
  }
  return out;
}

}  // namespace canarygate::judge
