// Sums are compensated (Neumaier, as Prometheus 3 does), so that the order of the series shows in
// no digit that matters.
#include "checks/promql/aggregate.h"

#include <cmath>
#include <map>

namespace canarygate::promql {

namespace {

class Sum {
 public:
  void add(double value) {
    const double next = sum_ + value;
    if (std::isinf(next)) {
      lost_ = 0;
    } else if (std::abs(sum_) >= std::abs(value)) {
      lost_ += (sum_ - next) + value;
    } else {
      lost_ += (value - next) + sum_;
    }
    sum_ = next;
  }
  [[nodiscard]] double total() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

/// The mean of numbers whose sum may be too large for a double.
class Mean {
 public:
  void add(double value) {
    ++count_;
    sum_.add(value);
    // An infinite mean stays what it is, unless infinities of both signs, or a NaN, meet.
    const bool swallowed = std::isinf(mean_) && !std::isnan(value) &&
                           (!std::isinf(value) || std::signbit(mean_) == std::signbit(value));
    if (!swallowed) mean_ += value / count_ - mean_ / count_;
  }
  [[nodiscard]] double mean() const {
    const double total = sum_.total();
    return std::isfinite(total) ? total / count_ : mean_;
  }

 private:
  Sum sum_;
  double mean_ = 0;  // calculated in steps, which loses digits but does not overflow
  double count_ = 0;
};

/// One result of one group.
class Accumulator {
 public:
  explicit Accumulator(AggregationKind kind) : kind_(kind) {}

  void add(double value) {
    ++count_;
    switch (kind_) {
      case AggregationKind::sum:
        return sum_.add(value);
      case AggregationKind::avg:
        return mean_.add(value);
      case AggregationKind::min:
        if (count_ == 1 || value < extreme_ || std::isnan(extreme_)) extreme_ = value;
        return;
      case AggregationKind::max:
        if (count_ == 1 || value > extreme_ || std::isnan(extreme_)) extreme_ = value;
        return;
      case AggregationKind::count:
        return;
    }
  }

  [[nodiscard]] double result() const {
    if (count_ == 0) return absent();
    switch (kind_) {
      case AggregationKind::sum:
        return sum_.total();
      case AggregationKind::avg:
        return mean_.mean();
      case AggregationKind::min:
      case AggregationKind::max:
        return extreme_;
      case AggregationKind::count:
        break;
    }
    return static_cast<double>(count_);
  }

 private:
  AggregationKind kind_;
  std::size_t count_ = 0;
  Sum sum_;
  Mean mean_;
  double extreme_ = 0;
};

Labels group_of(const Aggregation& aggregation, const Labels& labels) {
  if (aggregation.without) {
    Labels group = without_name(labels);
    for (const std::string& label : aggregation.labels) group.erase(label);
    return group;
  }
  Labels group;
  for (const std::string& label : aggregation.labels) {
    if (const auto found = labels.find(label); found != labels.end()) group.insert(*found);
  }
  return group;
}

}  // namespace

Columns aggregate(const Aggregation& aggregation, const Columns& columns) {
  std::map<Labels, std::vector<const Values*>> groups;
  for (const Column& column : columns) {
    groups[group_of(aggregation, column.labels)].push_back(&column.values);
  }
  Columns results;
  for (const auto& [labels, members] : groups) {
    Values values(members.front()->size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      Accumulator accumulator(aggregation.kind);
      for (const Values* member : members) {
        if (!is_absent((*member)[i])) accumulator.add((*member)[i]);
      }
      values[i] = accumulator.result();
    }
    results.push_back({labels, std::move(values)});
  }
  return results;
}

}  // namespace canarygate::promql
