// Prometheus 3 is the model; each of its answers is compared with a real one in
// tests/acceptance/test_promql.py. What is different, and why:
//  - The language ends where parse.h says. What is beyond is refused when it is read, never
//    evaluated as something else; nesting ends at 200 levels, patterns at 8 MB.
//  - There are no native histograms, no start times of counters and no warnings (the rate of what
//    is no counter, a quantile beyond 1): an exposition in text has none, a gate judges the number.
//  - A bucket whose `le` is NaN or hexadecimal is left out: it has no place in an order.
//  - A label of `by` or `without` may have a keyword's name, `without`, `inf` and `nan` too.
// Where Prometheus 2 differs from 3, so does it from us: it takes a sample exactly at the beginning
// of a range or of the lookback; a counter that began within the range it extrapolates to zero over
// up to 1.1 steps, not half of one; it sums without compensation; bucket counts that rounding made
// unequal stay so; the `.` of a pattern does not match a line's end.
#include "checks/promql/evaluate.h"

#include <algorithm>

#include "checks/promql/aggregate.h"
#include "checks/promql/binary.h"
#include "checks/promql/columns.h"
#include "checks/promql/histogram.h"
#include "checks/promql/node.h"
#include "checks/promql/rate.h"

namespace canarygate::promql {

namespace {

using Vector = Result<Columns, std::string>;

/// A number does not change over the grid: the language has no function of time.
double number_of(const Node& node) {
  if (const auto* negation = std::get_if<Negation>(&node.what)) {
    return -number_of(*negation->operand);
  }
  if (const auto* operation = std::get_if<Operation>(&node.what)) {
    return calculate(operation->what, number_of(*operation->left), number_of(*operation->right));
  }
  return std::get<Number>(node.what).value;
}

class Evaluator {
 public:
  Evaluator(const SampleSource& source, const Grid& grid, Duration lookback)
      : source_(source), lookback_(lookback.count()) {
    for (std::int64_t i = 1; i <= grid.points; ++i) {
      times_.push_back(grid.at(i).time_since_epoch().count());
    }
  }

  [[nodiscard]] const std::vector<std::int64_t>& times() const { return times_; }

  [[nodiscard]] Vector evaluate(const Node& node) const {
    return std::visit([this](const auto& what) { return (*this)(what); }, node.what);
  }

  Vector operator()(const Number& number) const {
    return Columns{{Labels(), Values(times_.size(), number.value)}};
  }

  Vector operator()(const Selector& selector) const {
    Columns columns;
    for (const StoredSeries& series : source_.select(selector.matchers)) {
      columns.push_back({*series.labels, newest(series.samples)});
    }
    return columns;
  }

  Vector operator()(const RangeCall& call) const {
    Columns columns;
    std::vector<Sample> samples;
    for (const StoredSeries& series : source_.select(call.selector.matchers)) {
      samples.assign(series.samples.begin(), series.samples.end());
      std::erase_if(samples, [](const Sample& sample) { return is_stale(sample.value); });
      columns.push_back({without_name(*series.labels),
                         over_ranges(call.function, samples, call.selector.range.count())});
    }
    return require_unique(std::move(columns));
  }

  Vector operator()(const Aggregation& aggregation) const {
    auto columns = evaluate(*aggregation.operand);
    if (!columns) return columns;
    return aggregate(aggregation, *columns);
  }

  Vector operator()(const HistogramQuantile& call) const {
    auto columns = evaluate(*call.buckets);
    if (!columns) return columns;
    return histogram_quantile(number_of(*call.quantile), *columns);
  }

  Vector operator()(const Negation& negation) const {
    auto columns = evaluate(*negation.operand);
    if (!columns) return columns;
    for (Column& column : *columns) {
      column.labels = without_name(std::move(column.labels));
      for (double& value : column.values) value = is_absent(value) ? value : -value;
    }
    return require_unique(std::move(*columns));
  }

  Vector operator()(const Operation& operation) const {
    const Node& left = *operation.left;
    const Node& right = *operation.right;
    auto first = left.type == Type::vector ? evaluate(left) : Columns();
    if (!first) return first;
    auto second = right.type == Type::vector ? evaluate(right) : Columns();
    if (!second) return second;
    if (left.type == Type::number) {
      return calculate(operation.what, number_of(left), std::move(*second));
    }
    if (right.type == Type::number) {
      return calculate(operation.what, std::move(*first), number_of(right));
    }
    return calculate(operation.what, *first, *second);
  }

 private:
  /// At each point the newest sample, unless it is too old or ends the series.
  [[nodiscard]] Values newest(std::span<const Sample> samples) const {
    Values values(times_.size(), absent());
    std::size_t next = 0;
    for (std::size_t i = 0; i < times_.size(); ++i) {
      while (next < samples.size() && samples[next].time <= times_[i]) ++next;
      if (next == 0) continue;
      const Sample& sample = samples[next - 1];
      if (sample.time > times_[i] - lookback_) values[i] = sample.value;
    }
    return values;
  }

  [[nodiscard]] Values over_ranges(RangeFunction function, std::span<const Sample> samples,
                                   std::int64_t length) const {
    Values values(times_.size(), absent());
    std::size_t first = 0;
    std::size_t next = 0;
    for (std::size_t i = 0; i < times_.size(); ++i) {
      const Range range{times_[i] - length, times_[i]};
      while (next < samples.size() && samples[next].time <= range.end) ++next;
      while (first < next && samples[first].time <= range.begin) ++first;
      const auto value = evaluate_range(function, samples.subspan(first, next - first), range);
      values[i] = value.value_or(absent());
    }
    return values;
  }

  const SampleSource& source_;
  std::int64_t lookback_;
  std::vector<std::int64_t> times_;
};

}  // namespace

Result<std::vector<EvaluatedSeries>, std::string> evaluate(const Query& query,
                                                           const SampleSource& source,
                                                           const Grid& grid, Duration lookback) {
  const Evaluator evaluator(source, grid, lookback);
  const Node& root = query.root();
  auto columns =
      root.type == Type::number ? evaluator(Number{number_of(root)}) : evaluator.evaluate(root);
  if (!columns) return unexpected(std::move(columns.error()));
  std::vector<EvaluatedSeries> results;
  for (Column& column : *columns) {
    EvaluatedSeries series{std::move(column.labels), {}};
    for (std::size_t i = 0; i < column.values.size(); ++i) {
      if (is_absent(column.values[i])) continue;
      series.points.push_back({evaluator.times()[i], column.values[i]});
    }
    if (!series.points.empty()) results.push_back(std::move(series));
  }
  std::ranges::sort(results, {}, &EvaluatedSeries::labels);
  return results;
}

}  // namespace canarygate::promql
