/// One host's points made ready to be summarised over many stretches, and that.
#pragma once

#include "checks/judge/summarise.h"
#include "checks/stats/few_sorted.h"

namespace canarygate::judge {

/// The numbers of a host one behind the other, without the missing: a stretch of its time is then a
/// span of plain numbers.
class HostPoints {
 public:
  HostPoints(const Measure& scale, const Timeline& timeline)
      : scale_(scale), first_(timeline.first()), last_(timeline.points) {}

  void load(const Rows& rows, std::size_t host);

  [[nodiscard]] const Measure& scale() const { return scale_; }
  /// The numbers present before point `i`.
  [[nodiscard]] std::size_t before(std::int64_t i) const {
    return before_[static_cast<std::size_t>(i - first_)];
  }
  [[nodiscard]] const std::vector<double>& plain() const { return plain_; }
  /// On the metric's scale.
  [[nodiscard]] const std::vector<double>& scaled() const {
    return scale_.ratio ? scaled_ : plain_;
  }

 private:
  Measure scale_;
  std::int64_t first_;
  std::int64_t last_;
  std::vector<std::uint32_t> before_;  // by point, and one behind the last
  std::vector<double> plain_;
  std::vector<double> scaled_;
};

/// Summarises stretches of a host's time; says nothing where too few of its points are there.
class StretchSummary {
 public:
  StretchSummary(const HostPoints& points, const Measure& measure, double min_coverage)
      : points_(points),
        values_(measure.kind == Measure::Kind::log_of_mean ? points.plain() : points.scaled()),
        measure_(measure),
        min_coverage_(min_coverage) {}

  /// Over the points base+1..base+ends[l], for each l: write(l, summary).
  template <typename Write>
  void run(std::int64_t base, std::span<const std::int64_t> ends, Write write) {
    if (ends.empty()) return;  // without a reference `base` is before the first point
    const std::size_t begin = points_.before(base + 1);
    begin_at(begin);
    for (std::size_t look = 0; look < ends.size(); ++look) {
      const std::size_t end = points_.before(base + ends[look] + 1);
      const std::size_t present = end - begin;
      const bool enough = present > 0 && static_cast<double>(present) >=
                                             min_coverage_ * static_cast<double>(ends[look]);
      if (enough) write(look, summary_up_to(end));
    }
  }

 private:
  void begin_at(std::size_t begin);
  /// Over the numbers from where it began.
  [[nodiscard]] double summary_up_to(std::size_t end);
  [[nodiscard]] double mean_up_to(std::size_t end);
  [[nodiscard]] double capped_mean_up_to(std::size_t end);
  [[nodiscard]] double quantile_up_to(std::size_t end);

  const HostPoints& points_;
  std::span<const double> values_;
  const Measure& measure_;
  double min_coverage_;
  std::size_t begin_ = 0;
  std::size_t done_ = 0;
  double sum_ = 0;                // of begin_..done_
  stats::FewSorted<double> few_;  // of begin_..done_
  std::vector<double> many_;
};

}  // namespace canarygate::judge
