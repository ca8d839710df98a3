#include "pipelines/history/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checks/http/hide.h"
#include "checks/number.h"
#include "checks/text.h"
#include "pipelines/history/rows.h"
#include "pipelines/history/schema.h"

namespace canarygate::history {

namespace {

constexpr const char* kChosen =
    " WHERE ($1 = '' OR check_name = $1) AND ($2 = '' OR environment = $2)"
    " AND started_at >= $3 AND started_at < $4";

// With ten parameters each well below what either database takes in one statement.
constexpr std::size_t kMetricsAtOnce = 500;

std::vector<Value> values_of(const Filter& filter) {
  constexpr std::int64_t kEver = std::int64_t{1} << 60U;
  return {filter.check, filter.environment, filter.since ? millis(*filter.since) : -kEver,
          filter.before ? millis(*filter.before) : kEver};
}

}  // namespace

Store::Store(std::unique_ptr<Database> database, std::string where)
    : database_(std::move(database)), where_(std::move(where)) {}

Error Store::named(Error error) const {
  error.text = fmt::format("history {}: {}", where_, error.text);
  return error;
}

Result<std::vector<Row>> Store::query(const std::string& sql, const std::vector<Value>& values) {
  auto rows = database_->query(sql, values);
  if (!rows) return unexpected(named(rows.error()));
  return rows;
}

Result<std::int64_t> Store::add(const Record& record, TimePoint now) {
  if (const auto begun = database_->begin(); !begun) return unexpected(named(begun.error()));
  const auto added = query(insert_run(), run_values(record, now));
  if (!added) return unexpected(added.error());
  const std::int64_t number = Fields(added->front()).integer();
  for (std::size_t i = 0; i < record.metrics.size();) {
    const std::size_t end = std::min(record.metrics.size(), i + kMetricsAtOnce);
    std::vector<Value> values;
    const std::string sql = insert_metrics(end - i);
    for (; i < end; ++i) add_metric_values(number, i, record.metrics[i], values);
    const auto metrics = query(sql, values);
    if (!metrics) return unexpected(metrics.error());
  }
  if (const auto done = database_->commit(); !done) return unexpected(named(done.error()));
  return number;
}

Status Store::read_metrics(std::vector<Record>& records) {
  if (records.empty()) return Done{};
  std::map<std::int64_t, Record*> by_number;
  for (Record& record : records) by_number[record.number] = &record;
  const auto rows =
      query(select_metrics() + std::string(" WHERE run >= $1 AND run <= $2 ORDER BY run, position"),
            {by_number.begin()->first, by_number.rbegin()->first});
  if (!rows) return unexpected(rows.error());
  for (const Row& row : *rows) {
    Fields fields(row);
    const auto found = by_number.find(fields.integer());
    if (found != by_number.end()) found->second->metrics.push_back(metric_of(fields));
  }
  return Done{};
}

Result<std::vector<Record>> Store::list(const Filter& filter) {
  std::string sql = select_runs() + std::string(kChosen) + " ORDER BY number DESC";
  if (filter.limit > 0) sql += fmt::format(" LIMIT {}", filter.limit);
  const auto rows = query(sql, values_of(filter));
  if (!rows) return unexpected(rows.error());
  std::vector<Record> records;
  for (const Row& row : *rows) records.push_back(record_of(row));
  if (const auto read = read_metrics(records); !read) return unexpected(read.error());
  return records;
}

Result<Record> Store::find(const std::string& id) {
  const auto number = parse_number<std::int64_t>(id);
  const auto rows = query(select_runs() + std::string(" WHERE number = $1 OR run_id = $2"),
                          {number.value_or(0), id});
  if (!rows) return unexpected(rows.error());
  if (rows->empty()) {
    return fail(ErrorKind::usage,
                fmt::format("history {}: there is no run '{}'; `canarygate history list` shows "
                            "which there are",
                            where_, shorten(printable(id), 40)));
  }
  std::vector<Record> records{record_of(rows->front())};
  if (const auto read = read_metrics(records); !read) return unexpected(read.error());
  const auto report =
      query("SELECT report FROM canarygate_runs WHERE number = $1", {records.front().number});
  if (!report) return unexpected(report.error());
  if (!report->empty()) records.front().report = report->front().front().value_or("");
  return std::move(records.front());
}

Result<Record> Store::mark(const std::string& id, Mark mark, const std::string& note,
                           const std::string& user, TimePoint now) {
  auto record = find(id);
  if (!record) return record;
  const auto set = query(
      "UPDATE canarygate_runs SET mark = $1, mark_note = $2, marked_by = $3, marked_at = $4"
      " WHERE number = $5",
      {std::string(to_string(mark)), printable(note), printable(user), millis(now),
       record->number});
  if (!set) return unexpected(set.error());
  record->mark = mark;
  record->note = printable(note);
  record->marked_by = printable(user);
  record->marked_at = now;
  return record;
}

Result<std::int64_t> Store::prune(const Filter& filter) {
  const auto rows =
      query("DELETE FROM canarygate_runs" + std::string(kChosen) + " RETURNING number",
            values_of(filter));
  if (!rows) return unexpected(rows.error());
  return static_cast<std::int64_t>(rows->size());
}

Result<std::vector<judge::Interval>> Store::past_events(const std::string& check,
                                                        const std::string& environment,
                                                        TimePoint since,
                                                        std::optional<TimePoint> deployed_at) {
  std::string sql =
      "SELECT event_from, event_to FROM canarygate_runs"
      " WHERE check_name = $1 AND environment = $2 AND event_to >= $3";
  std::vector<Value> values{check, environment, millis(since)};
  if (deployed_at) {
    sql += " AND event_from < $4 AND (deployed_at IS NULL OR deployed_at < $4)";
    values.emplace_back(millis(*deployed_at));
  }
  const auto rows = query(sql + " ORDER BY event_to DESC LIMIT 10000", values);
  if (!rows) return unexpected(rows.error());
  std::vector<judge::Interval> events;
  for (const Row& row : *rows) {
    Fields fields(row);
    const TimePoint from = fields.time().value_or(TimePoint{});
    events.push_back({from, fields.time().value_or(from)});
  }
  return events;
}

namespace {

Unexpected<Error> named(const HistorySpec& spec, Error error) {
  error.text = fmt::format("history {}: {}", spec.url, error.text);
  return unexpected(std::move(error));
}

/// nullptr where there is none, and `create` does not say to make one.
Result<std::unique_ptr<Database>> open_database(const HistorySpec& spec, const Ports& ports,
                                                bool create, Patience patience) {
  if (const auto path = sqlite_path(spec)) return open_sqlite(*path, create, patience);
  std::string password;
  if (spec.password) {
    auto secret = resolve_secret(*spec.password, ports);
    if (!secret) return unexpected(secret.error());
    password = std::move(*secret);
  }
  auto database = open_postgres(spec.url, password, patience);
  if (!database) hide_secret(database.error().text, password);
  return database;
}

}  // namespace

std::optional<std::string> sqlite_path(const HistorySpec& spec) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (!spec.url.starts_with(kSqlite)) return std::nullopt;
  return spec.url.substr(kSqlite.size());
}

Result<std::optional<Store>> open_store(const HistorySpec& spec, const Ports& ports, bool create,
                                        Patience patience) {
  auto database = open_database(spec, ports, create, patience);
  if (!database) return named(spec, database.error());
  if (*database == nullptr) return std::optional<Store>();
  if (!create) {
    const auto version = (*database)->schema_version();
    if (!version) return named(spec, version.error());
    if (*version == 0) return std::optional<Store>();
  }
  if (const auto migrated = migrate(**database); !migrated) return named(spec, migrated.error());
  return std::optional<Store>(Store(std::move(*database), spec.url));
}

Result<bool> store_exists(const HistorySpec& spec, const Ports& ports, Patience patience) {
  const auto database = open_database(spec, ports, false, patience);
  if (!database) return named(spec, database.error());
  if (*database == nullptr) return false;
  const auto version = (*database)->schema_version();
  if (!version) return named(spec, version.error());
  return *version > 0;
}

}  // namespace canarygate::history
