/// Samples that a test wrote down, and queries over them.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <initializer_list>
#include <utility>

#include "checks/promql/evaluate.h"

namespace canarygate::test {

/// Times in seconds.
using Written = std::initializer_list<std::pair<double, double>>;

class StoredSamples : public promql::SampleSource {
 public:
  void add(promql::Labels labels, Written samples) {
    Row row{std::move(labels), {}};
    for (const auto& [time, value] : samples) {
      row.samples.push_back({static_cast<std::int64_t>(time * 1000), value});
    }
    rows_.push_back(std::move(row));
  }

  [[nodiscard]] std::vector<promql::StoredSeries> select(
      std::span<const promql::Matcher> matchers) const override {
    ++selections;
    std::vector<promql::StoredSeries> found;
    for (const Row& row : rows_) {
      if (accepts(matchers, row.labels)) found.push_back({&row.labels, row.samples});
    }
    return found;
  }

  mutable int selections = 0;

 private:
  struct Row {
    promql::Labels labels;
    std::vector<promql::Sample> samples;
  };
  std::deque<Row> rows_;
};

/// At one point, 5 minutes of lookback. The query must be one.
inline Result<std::vector<promql::EvaluatedSeries>, std::string> evaluate_at(
    const StoredSamples& samples, std::string_view query, double seconds) {
  CAPTURE(query);
  const auto parsed = promql::parse(query);
  REQUIRE(parsed.has_value());
  const TimePoint at{Duration(static_cast<std::int64_t>(seconds * 1000))};
  return promql::evaluate(*parsed, samples, Grid{at - Duration(1000), Duration(1000), 1},
                          Duration(300'000));
}

/// The labels of each result and its value at that point.
inline std::map<promql::Labels, double> values_at(const StoredSamples& samples,
                                                  std::string_view query, double seconds) {
  const auto results = evaluate_at(samples, query, seconds);
  CAPTURE(query);
  REQUIRE(results.has_value());
  std::map<promql::Labels, double> values;
  for (const promql::EvaluatedSeries& series : *results) {
    REQUIRE(series.points.size() == 1);
    values[series.labels] = series.points.front().value;
  }
  return values;
}

/// The value of the only result.
inline double value_at(const StoredSamples& samples, std::string_view query, double seconds) {
  CAPTURE(query);
  const auto values = values_at(samples, query, seconds);
  REQUIRE(values.size() == 1);
  return values.begin()->second;
}

}  // namespace canarygate::test
