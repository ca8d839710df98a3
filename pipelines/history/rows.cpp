#include "pipelines/history/rows.h"

#include <fmt/format.h>

#include "checks/number.h"

namespace canarygate::history {

namespace {

constexpr const char* kColumns =
    "run_id, check_name, environment, soft, verdict, exit_code, hard_exit_code, reason,"
    " override_reason, override_user, started_at, finished_at, recorded_at, deployed_at,"
    " event_from, event_to, definition, program, build_url, commit_id, author";

template <typename T>
Value or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value(nullptr);
}

Value or_null(const std::optional<TimePoint>& time) {
  return time ? Value(millis(*time)) : Value(nullptr);
}

std::int64_t flag(bool value) { return value ? 1 : 0; }

Verdict verdict_of(const std::string& text) {
  for (const Verdict verdict :
       {Verdict::pass, Verdict::fail, Verdict::no_data, Verdict::undecided}) {
    if (text == to_string(verdict)) return verdict;
  }
  return Verdict::trouble;
}

Mark mark_of(const std::string& text) {
  return text == "right" ? Mark::right : text == "wrong" ? Mark::wrong : Mark::none;
}

}  // namespace

std::int64_t Fields::integer() {
  return parse_number<std::int64_t>(next().value_or("0")).value_or(0);
}

std::optional<double> Fields::number() {
  const Cell cell = next();
  return cell ? parse_number<double>(*cell) : std::nullopt;
}

std::optional<TimePoint> Fields::time() {
  const Cell cell = next();
  const auto value = cell ? parse_number<std::int64_t>(*cell) : std::nullopt;
  if (!value) return std::nullopt;
  return TimePoint(std::chrono::milliseconds(*value));
}

std::string insert_run() {
  std::string places;
  for (int i = 1; i <= 22; ++i) places += fmt::format("{}${}", i == 1 ? "" : ", ", i);
  return fmt::format("INSERT INTO canarygate_runs ({}, report) VALUES ({}) RETURNING number",
                     kColumns, places);
}

std::vector<Value> run_values(const Record& record, TimePoint now) {
  return {record.run_id,
          record.check,
          record.environment,
          flag(record.soft),
          std::string(to_string(record.verdict)),
          std::int64_t{record.exit_code},
          std::int64_t{record.hard_exit_code},
          record.reason,
          or_null(record.override_reason),
          record.override_user,
          millis(record.started_at),
          millis(record.finished_at),
          millis(now),
          or_null(record.deployed_at),
          or_null(record.event_from),
          or_null(record.event_to),
          record.definition,
          record.program,
          record.build_url,
          record.commit,
          record.author,
          record.report};
}

std::string insert_metrics(std::size_t count) {
  constexpr std::size_t kColumnsOfMetric = 10;
  std::string sql =
      "INSERT INTO canarygate_metrics (run, position, name, verdict, optional, effect_kind, effect,"
      " effect_lower, effect_upper, reason) VALUES";
  for (std::size_t row = 0; row < count; ++row) {
    sql += row == 0 ? " (" : ", (";
    for (std::size_t i = 1; i <= kColumnsOfMetric; ++i) {
      sql += fmt::format("{}${}", i == 1 ? "" : ", ", row * kColumnsOfMetric + i);
    }
    sql += ")";
  }
  return sql;
}

void add_metric_values(std::int64_t run, std::size_t position, const RecordedMetric& metric,
                       std::vector<Value>& values) {
  values.insert(values.end(),
                {run, static_cast<std::int64_t>(position), metric.name,
                 std::string(to_string(metric.verdict)), flag(metric.optional),
                 std::string(metric.ratio ? "ratio" : "difference"), or_null(metric.effect),
                 or_null(metric.lower), or_null(metric.upper), metric.reason});
}

const char* select_runs() {
  static const std::string kSql = fmt::format(
      "SELECT number, {}, mark, mark_note, marked_by, marked_at FROM canarygate_runs", kColumns);
  return kSql.c_str();
}

Record record_of(const Row& row) {
  Fields fields(row);
  Record record;
  record.number = fields.integer();
  record.run_id = fields.text();
  record.check = fields.text();
  record.environment = fields.text();
  record.soft = fields.integer() != 0;
  record.verdict = verdict_of(fields.text());
  record.exit_code = static_cast<int>(fields.integer());
  record.hard_exit_code = static_cast<int>(fields.integer());
  record.reason = fields.text();
  record.override_reason = fields.text_or_nothing();
  record.override_user = fields.text();
  record.started_at = fields.time().value_or(TimePoint{});
  record.finished_at = fields.time().value_or(TimePoint{});
  record.recorded_at = fields.time().value_or(TimePoint{});
  record.deployed_at = fields.time();
  record.event_from = fields.time();
  record.event_to = fields.time();
  record.definition = fields.text();
  record.program = fields.text();
  record.build_url = fields.text();
  record.commit = fields.text();
  record.author = fields.text();
  record.mark = mark_of(fields.text());
  record.note = fields.text();
  record.marked_by = fields.text();
  record.marked_at = fields.time();
  return record;
}

const char* select_metrics() {
  return "SELECT run, name, verdict, optional, effect_kind, effect, effect_lower, effect_upper,"
         " reason FROM canarygate_metrics";
}

RecordedMetric metric_of(Fields& fields) {
  RecordedMetric metric;
  metric.name = fields.text();
  metric.verdict = verdict_of(fields.text());
  metric.optional = fields.integer() != 0;
  metric.ratio = fields.text() == "ratio";
  metric.effect = fields.number();
  metric.lower = fields.number();
  metric.upper = fields.number();
  metric.reason = fields.text();
  return metric;
}

}  // namespace canarygate::history
