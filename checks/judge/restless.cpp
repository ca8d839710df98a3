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
/// Less than half of what a float can hold, so that the difference of two is a number, too.
constexpr double kMost = 1e38;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// What is usual for a host.
struct Usual {
  double median = 0;  ///< of the sizes of its steps; 0: nothing to compare with
  double mean = 1;    ///< of the sizes by the median, capped
};

/// A host's steps less what all have in common, in single precision as they are kept.
class OwnSteps {
 public:
  OwnSteps(const float* steps, const std::vector<double>& common)
      : steps_(steps), common_(common) {}
  [[nodiscard]] float operator[](std::size_t column) const {
    return static_cast<float>(static_cast<double>(steps_[column]) - common_[column]);
  }

 private:
  const float* steps_;
  const std::vector<double>& common_;
};

Usual usual_of(const OwnSteps& steps, std::size_t past) {
  std::vector<double> sample;
  const std::size_t stride = std::max<std::size_t>(1, past / kSample);
  for (std::size_t column = 0; column < past; column += stride) {
    const float step = steps[column];
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

Steps::Steps(const Timeline& timeline, std::size_t hosts, bool before_after)
    : timeline_(timeline),
      columns_(static_cast<std::size_t>(timeline.columns())),
      hosts_(hosts),
      before_after_(before_after),
      steps_(hosts * columns_, kNone),
      sum_(columns_, 0.0),
      count_(columns_, 0) {}

void Steps::add(std::size_t host, const HostPoints& points) {
  float* const to = steps_.data() + host * columns_;
  const std::vector<double>& values = points.scaled();
  const std::int64_t first = timeline_.first();
  std::size_t before = points.before(first);
  bool had_last = false;
  for (std::size_t column = 0; column < columns_; ++column) {
    const std::size_t after = points.before(first + static_cast<std::int64_t>(column) + 1);
    const bool has = after > before;
    if (has && had_last) {
      const double step = std::clamp(values[before] - values[before - 1], -kMost, kMost);
      to[column] = static_cast<float>(step);
      sum_[column] += static_cast<double>(to[column]);
      ++count_[column];
    }
    had_last = has;
    before = after;
  }
}

Cube Steps::restlessness(std::int64_t looks_done) const {
  std::vector<double> common(columns_, 0.0);
  for (std::size_t column = 0; column < columns_ && !before_after_; ++column) {
    // A host alone at its moment says nothing of itself.
    const auto count = static_cast<double>(count_[column]);
    common[column] = count > 1 ? sum_[column] / count : kMissing;
  }
  const std::int64_t first = timeline_.first();
  const std::vector<std::int64_t>& ends = timeline_.looks;
  const std::size_t windows = timeline_.bases.size() + 1;
  Cube out(windows, ends.size(), hosts_);
  const auto past = static_cast<std::size_t>(
      std::clamp<std::int64_t>(1 - timeline_.gap - first, 0, timeline_.columns()));
  for (std::size_t host = 0; host < hosts_; ++host) {
    const OwnSteps steps(steps_.data() + host * columns_, common);
    const Usual usual = usual_of(steps, past);
    if (!(usual.median > 0.0)) continue;
    const double by_usual = 1 / usual.median;
    for (std::size_t w = 0; w < windows; ++w) {
      const std::int64_t base = w == 0 ? 0 : timeline_.bases[w - 1];
      const std::size_t looks = w == 0 ? static_cast<std::size_t>(looks_done) : ends.size();
      double sum = 0;
      double count = 0;
      std::int64_t i = base + 2;  // the step to its first point is no step within the window
      for (std::size_t look = 0; look < looks; ++look) {
        for (; i <= base + ends[look]; ++i) {
          const float step = steps[static_cast<std::size_t>(i - first)];
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
