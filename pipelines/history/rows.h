/// Records as rows of the tables, and back: the statements and the order of their columns.
#pragma once

#include "pipelines/history/database.h"
#include "pipelines/history/record.h"

namespace canarygate::history {

[[nodiscard]] inline std::int64_t millis(TimePoint time) { return time.time_since_epoch().count(); }

/// The cells of a row, one after the other.
class Fields {
 public:
  explicit Fields(const Row& row) : row_(row) {}
  [[nodiscard]] std::string text() { return next().value_or(""); }
  [[nodiscard]] std::optional<std::string> text_or_nothing() { return next(); }
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] std::optional<double> number();
  [[nodiscard]] std::optional<TimePoint> time();

 private:
  Cell next() { return at_ < row_.size() ? row_[at_++] : Cell(); }
  const Row& row_;
  std::size_t at_ = 0;
};

/// Returns the run's number.
[[nodiscard]] std::string insert_run();
[[nodiscard]] std::vector<Value> run_values(const Record& record, TimePoint now);
/// For so many rows at once; the values of each follow those of the one before.
[[nodiscard]] std::string insert_metrics(std::size_t count);
void add_metric_values(std::int64_t run, std::size_t position, const RecordedMetric& metric,
                       std::vector<Value>& values);

/// All but the report, without a WHERE.
[[nodiscard]] const char* select_runs();
[[nodiscard]] Record record_of(const Row& row);
/// The run, then what metric_of() reads.
[[nodiscard]] const char* select_metrics();
[[nodiscard]] RecordedMetric metric_of(Fields& fields);

}  // namespace canarygate::history
