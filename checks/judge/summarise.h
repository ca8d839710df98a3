/// From points to one number per host, window and look (JUDGE.md 2.1 and 2.2).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checks/judge/fleet.h"

namespace canarygate::judge {

/// Numbers by window (0 is now, 1.. the history), part (Timeline::parts) and host; NaN where there
/// is none.
struct Cube {
  std::size_t windows = 0;
  std::size_t parts = 0;
  std::size_t whole = 0;  ///< the part that is all of the window: the last look
  std::size_t hosts = 0;
  std::vector<double> values;

  Cube() = default;
  /// The last part is the whole window.
  Cube(std::size_t w, std::size_t p, std::size_t h)
      : windows(w), parts(p), whole(p - 1), hosts(h), values(w * p * h, kMissing) {}
  /// The timeline's windows and parts.
  Cube(const Timeline& line, std::size_t h) : Cube(line.bases.size() + 1, line.parts(), h) {
    whole = line.looks.size() - 1;
  }
  [[nodiscard]] double* row(std::size_t window, std::size_t part) {
    return values.data() + (window * parts + part) * hosts;
  }
  [[nodiscard]] const double* row(std::size_t window, std::size_t part) const {
    return values.data() + (window * parts + part) * hosts;
  }
  [[nodiscard]] std::span<const double> span(std::size_t window, std::size_t part) const {
    return {row(window, part), hosts};
  }
  /// Window 0 alone.
  [[nodiscard]] Cube now() const {
    Cube only;
    only.windows = std::min<std::size_t>(windows, 1);
    only.parts = parts;
    only.whole = whole;
    only.hosts = hosts;
    only.values.assign(row(0, 0), row(only.windows, 0));
    return only;
  }
};

/// How a host's points become one number.
struct Measure {
  bool ratio = true;  ///< on log(max(x, floor))
  double floor = 0;   ///< half the smallest positive value of the history
  enum class Kind { mean, log_of_mean, capped_mean, quantile } kind = Kind::mean;
  double quantile = 0.5;
  /// What a point of a capped mean counts as at least and at most; infinite: there is none.
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  [[nodiscard]] double scaled(double x) const { return ratio ? std::log(std::max(x, floor)) : x; }
};

/// What the numbers of a stretch are like.
struct NumbersSeen {
  std::int64_t all = 0;
  std::int64_t positive = 0;
  double smallest = std::numeric_limits<double>::infinity();  ///< of the positive ones
  double sizes = 0;                                           ///< sum of |x|

  void add(double value) {
    ++all;
    sizes += std::abs(value);
    if (!(value > 0.0)) return;
    ++positive;
    smallest = std::min(smallest, value);
  }
};

/// Ratio or difference, and the floor, decided on what was seen in the past; where that is nothing,
/// on the window.
[[nodiscard]] Measure choose_scale(const MetricSpec& spec, NumbersSeen past,
                                   const std::function<NumbersSeen()>& window);

/// The summaries that `summary` allows: one, or with `auto` all that are to be compared.
[[nodiscard]] std::vector<Measure> candidates(const MetricSpec& spec, const Measure& scale);

/// Which of them serves where they cannot be compared: the first that caps no point. What is rare
/// in a metric may be all there is of it.
[[nodiscard]] std::size_t usual_of(const std::vector<Measure>& candidates);

struct Summaries {
  Cube window;                    ///< windows × parts × hosts
  std::vector<double> reference;  ///< windows × hosts, over each window's reference
};

/// What to summarise: window 0 up to `looks_done` and with the coverage of the look itself, the
/// others whole.
struct SummaryRequest {
  const Fleet& fleet;
  const Timeline& timeline;
  const Points& points;
  double min_coverage = 0.6;
  std::int64_t looks_done = 0;
};
class HostPoints;

/// Summarises host by host. Reading a host's points and taking their logs is most of the work, so
/// that all who want something of them should get it while they are at hand.
class Summariser {
 public:
  Summariser(const SummaryRequest& request, const Measure& measure);

  /// Each host once, in any order; on the measure's scale, of the timeline's windows or of more.
  void add(std::size_t host, const HostPoints& points);
  [[nodiscard]] Summaries take() { return std::move(out_); }

 private:
  SummaryRequest request_;
  Measure measure_;
  Summaries out_;
};

/// One summary of all hosts.
[[nodiscard]] Summaries summarise(const SummaryRequest& request, const Measure& measure);

}  // namespace canarygate::judge
