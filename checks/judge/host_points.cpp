#include "checks/judge/host_points.h"

#include <algorithm>

#include "checks/stats/summary.h"

namespace canarygate::judge {

void HostPoints::load(const Rows& rows, std::size_t host) {
  const auto columns = static_cast<std::size_t>(last_ - first_ + 1);
  before_.resize(columns + 1);
  plain_.resize(columns);
  std::uint32_t present = 0;
  std::size_t next = 0;  // whose before_ is not known yet
  rows.for_each(host, first_, last_, [&](std::int64_t i, double value) {
    const auto at = static_cast<std::size_t>(i - first_);
    while (next <= at) before_[next++] = present;
    plain_[present++] = value;
  });
  while (next <= columns) before_[next++] = present;
  plain_.resize(present);
  if (!scale_.ratio) return;
  scaled_.resize(present);
  for (std::size_t k = 0; k < present; ++k) scaled_[k] = scale_.scaled(plain_[k]);
}

void StretchSummary::begin_at(std::size_t begin) {
  begin_ = done_ = begin;
  sum_ = 0;
  few_.clear();
}

double StretchSummary::summary_up_to(std::size_t end) {
  switch (measure_.kind) {
    case Measure::Kind::mean:
      return mean_up_to(end);
    case Measure::Kind::log_of_mean:
      return measure_.scaled(mean_up_to(end));
    case Measure::Kind::capped_mean:
      return capped_mean_up_to(end);
    case Measure::Kind::quantile:
      break;
  }
  return quantile_up_to(end);
}

double StretchSummary::mean_up_to(std::size_t end) {
  sum_ += stats::plain_sum(values_.subspan(done_, end - done_));
  done_ = end;
  return sum_ / static_cast<double>(end - begin_);
}

double StretchSummary::capped_mean_up_to(std::size_t end) {
  for (; done_ < end; ++done_) sum_ += std::clamp(values_[done_], measure_.low, measure_.high);
  return sum_ / static_cast<double>(end - begin_);
}

double StretchSummary::quantile_up_to(std::size_t end) {
  if (end - begin_ > stats::FewSorted<double>::kMost) {
    const std::span<const double> values = values_.subspan(begin_, end - begin_);
    many_.assign(values.begin(), values.end());
    return stats::quantile_in_place(many_, measure_.quantile);
  }
  for (; done_ < end; ++done_) few_.add(values_[done_]);
  return stats::quantile_of_sorted(few_.sorted(), measure_.quantile);
}

}  // namespace canarygate::judge
