/// The numbers of the past that all replayed deploys are judged from, on one grid that is the same
/// for every run: point i is at i steps since the Unix epoch and stands for the step that ends
/// there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "checks/gate/fetch.h"
#include "checks/judge/timeline.h"
#include "checks/series.h"

namespace canarygate::backtest {

/// One series over as much of the past as it was there.
struct PastSeries {
  std::string host;  ///< as the backend spells it
  std::map<std::string, std::string> labels;
  std::int64_t from = 0;       ///< index of values[0]
  std::vector<double> values;  ///< NaN is missing

  /// The number at point i; NaN outside.
  [[nodiscard]] double at(std::int64_t i) const {
    const std::int64_t place = i - from;
    return place < 0 || place >= static_cast<std::int64_t>(values.size())
               ? kMissing
               : values[static_cast<std::size_t>(place)];
  }
  /// Whether there is a number in points first..last.
  [[nodiscard]] bool any(std::int64_t first, std::int64_t last) const;
};

/// What one query gave.
class PastQuery {
 public:
  /// `series` begin at point `from`; stretches come in ascending order.
  void append(std::int64_t from, const std::vector<Series>& series);
  [[nodiscard]] const std::vector<PastSeries>& series() const { return series_; }
  /// As a backend would have answered for points from..to.
  [[nodiscard]] std::vector<Series> slice(std::int64_t from, std::int64_t to) const;
  /// Numbers present.
  [[nodiscard]] std::int64_t points() const;

 private:
  std::vector<PastSeries> series_;
  /// By host, labels, and which of those that are alike in both it is.
  using Key = std::tuple<std::string, std::map<std::string, std::string>, std::size_t>;
  std::map<Key, std::size_t> places_;
};

struct Past {
  Duration step{0};
  std::int64_t first = 0;  ///< first..last were asked for
  std::int64_t last = 0;
  std::vector<PastQuery> queries;  ///< one a query of the plan

  [[nodiscard]] TimePoint at(std::int64_t i) const { return TimePoint{} + i * step; }
  /// The first point at or after `time`, and the last at or before it.
  [[nodiscard]] std::int64_t from(TimePoint time) const;
  [[nodiscard]] std::int64_t until(TimePoint time) const;
};

/// What a run whose window begins after point `base` would have fetched by `timeline`.
[[nodiscard]] std::vector<gate::Reply> replies_of(const Past& past, std::int64_t base,
                                                  const judge::Timeline& timeline);

}  // namespace canarygate::backtest
