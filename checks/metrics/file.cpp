#include "checks/metrics/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "checks/csv.h"
#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Labels = std::map<std::string, std::string>;

constexpr std::size_t kMostNumbers = 50'000'000;
constexpr std::size_t kMostMetrics = 10'000;
// Between two looks at the clock.
constexpr std::int64_t kRecordsAtOnce = 4096;

/// Which column is what. Those that are none of ours are labels.
struct Columns {
  std::vector<std::string> names;
  std::size_t time = 0;
  std::size_t host = 0;
  std::size_t metric = 0;
  std::size_t value = 0;

  [[nodiscard]] bool is_label(std::size_t column) const {
    return column != time && column != metric && column != value;
  }
};

Result<Columns> read_header(CsvReader& reader, const std::string& path) {
  Columns columns;
  const auto header = reader.next(columns.names);
  if (!header) return unexpected(header.error());
  if (!*header) {
    return fail(ErrorKind::backend,
                fmt::format("{}: the file is empty; its first line must be time,host,metric,value",
                            printable(path)));
  }
  const std::set<std::string> distinct(columns.names.begin(), columns.names.end());
  if (distinct.size() != columns.names.size()) {
    return fail(ErrorKind::backend,
                fmt::format("{}: two columns have the same name", reader.place()));
  }
  for (const auto& [name, place] :
       {std::pair("time", &columns.time), std::pair("host", &columns.host),
        std::pair("metric", &columns.metric), std::pair("value", &columns.value)}) {
    const auto found = std::ranges::find(columns.names, name);
    if (found == columns.names.end()) {
      return fail(ErrorKind::backend,
                  fmt::format("{}: no column '{}'; the first line must name time, host, metric and "
                              "value, and has {}",
                              reader.place(), name, printable(list_of(columns.names, 10))));
    }
    *place = static_cast<std::size_t>(found - columns.names.begin());
  }
  return columns;
}

/// Nothing when `text` is no number. NaN, infinities and no text at all are missing.
std::optional<double> parse_value(std::string_view text) {
  if (text.empty()) return kMissing;
  if (text.front() == '+') text.remove_prefix(1);
  const auto value = parse_number<double>(text);
  if (!value) return std::nullopt;
  return std::isfinite(*value) ? *value : kMissing;
}

/// Collects one query's samples: a mean a bucket, for each distinct set of labels.
class Collector {
 public:
  Collector(const RangeQuery& query, const Columns& columns, std::size_t host_column)
      : query_(query), columns_(columns), host_column_(host_column) {}

  [[nodiscard]] bool wants(const std::string& metric) const { return metric == query_.text; }

  /// False when all collectors together hold more than they may.
  bool add(const std::vector<std::string>& fields, TimePoint time, double value,
           std::size_t& numbers) {
    const Grid& grid = query_.grid;
    if (time <= grid.start || time > grid.end() || std::isnan(value)) return true;
    // The bucket is open at its beginning: a sample on the edge belongs to the one that ends there.
    const auto index = static_cast<std::size_t>((time - grid.start - Duration(1)) / grid.step);
    const auto [place, is_new] = rows_.try_emplace(labels_of(fields));
    Row& row = place->second;
    if (is_new) {
      const auto points = static_cast<std::size_t>(grid.points);
      numbers += points;
      if (numbers > kMostNumbers) return false;
      row.host = fields[host_column_];
      row.sums.assign(points, 0);
      row.counts.assign(points, 0);
    }
    row.sums[index] += value;
    ++row.counts[index];
    return true;
  }

  [[nodiscard]] QueryAnswer finish() const {
    QueryAnswer answer;
    for (const auto& [labels, row] : rows_) {
      Series& series = answer.series.emplace_back(Series{row.host, labels, {}});
      series.values.reserve(row.sums.size());
      for (std::size_t i = 0; i < row.sums.size(); ++i) {
        series.values.push_back(row.counts[i] == 0 ? kMissing : row.sums[i] / row.counts[i]);
      }
    }
    return answer;
  }

 private:
  struct Row {
    std::string host;
    std::vector<double> sums;
    std::vector<std::uint32_t> counts;
  };

  /// An empty label is none, as in Prometheus.
  [[nodiscard]] Labels labels_of(const std::vector<std::string>& fields) const {
    Labels labels;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (columns_.is_label(i) && !fields[i].empty()) labels[columns_.names[i]] = fields[i];
    }
    return labels;
  }

  const RangeQuery& query_;
  const Columns& columns_;
  std::size_t host_column_;
  std::map<Labels, Row> rows_;
};

class File : public MetricsBackend {
 public:
  File(std::string path, const Ports& ports) : path_(std::move(path)), ports_(ports) {}

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) override {
    auto answers = read(queries, patience);
    if (answers) return std::move(*answers);
    return std::vector<Result<QueryAnswer>>(queries.size(), unexpected(answers.error()));
  }

  [[nodiscard]] Result<std::string> probe(const Probe& /*probe*/) override {
    auto reader = CsvReader::open(path_);
    if (!reader) return unexpected(reader.error());
    const auto columns = read_header(*reader, path_);
    if (!columns) return unexpected(columns.error());
    return fmt::format("{} can be read", printable(path_));
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::none; }
  [[nodiscard]] std::string default_host_label() const override { return "host"; }
  [[nodiscard]] Duration settle() const override { return Duration(0); }
  [[nodiscard]] Duration scrape_interval() const override { return std::chrono::seconds(15); }

 private:
  /// One pass over the file for all queries. An error of the file is every query's error.
  Result<std::vector<Result<QueryAnswer>>> read(std::span<const RangeQuery> queries,
                                                Duration patience) {
    const Duration deadline = ports_.clock.elapsed() + patience;
    auto reader = CsvReader::open(path_);
    if (!reader) return unexpected(reader.error());
    const auto columns = read_header(*reader, path_);
    if (!columns) return unexpected(columns.error());
    std::vector<Collector> collectors;
    for (const RangeQuery& query : queries) {
      const auto host = host_column(query, *columns);
      if (!host) return unexpected(host.error());
      collectors.emplace_back(query, *columns, *host);
    }

    std::set<std::string> metrics;
    std::vector<std::string> fields;
    std::size_t numbers = 0;
    for (std::int64_t count = 0;; ++count) {
      if (count % kRecordsAtOnce == 0) {
        if (const Status on = may_go_on(deadline); !on) return unexpected(on.error());
      }
      const auto more = reader->next(fields);
      if (!more) return unexpected(more.error());
      if (!*more) break;
      const Status taken = take(fields, *columns, *reader, collectors, numbers);
      if (!taken) return unexpected(taken.error());
      if (metrics.size() < kMostMetrics) metrics.insert(fields[columns->metric]);
    }
    return finish(queries, collectors, metrics);
  }

  [[nodiscard]] Result<std::size_t> host_column(const RangeQuery& query,
                                                const Columns& columns) const {
    if (query.host_label.empty()) return columns.host;
    for (std::size_t i = 0; i < columns.names.size(); ++i) {
      if (columns.is_label(i) && columns.names[i] == query.host_label) return i;
    }
    return fail(ErrorKind::backend,
                fmt::format("{}:1: no column '{}', which should name the host; correct "
                            "`host_label`, the columns are {}",
                            printable(path_), printable(query.host_label),
                            printable(list_of(columns.names, 10))));
  }

  [[nodiscard]] Status may_go_on(Duration deadline) const {
    if (ports_.interrupt.raised()) {
      return fail(ErrorKind::interrupted, "interrupted while reading " + printable(path_));
    }
    if (ports_.clock.elapsed() >= deadline) {
      return fail(ErrorKind::timeout,
                  fmt::format("{}: not read to its end when the time for it ran out; raise "
                              "`--timeout`, or make the file smaller",
                              printable(path_)));
    }
    return Done{};
  }

  static Status take(const std::vector<std::string>& fields, const Columns& columns,
                     const CsvReader& reader, std::vector<Collector>& collectors,
                     std::size_t& numbers) {
    const auto bad = [&](const std::string& text) {
      return fail(ErrorKind::backend, fmt::format("{}: {}", reader.place(), text));
    };
    if (fields.size() != columns.names.size()) {
      return bad(fmt::format("{}, but the header has {}", count_of(fields.size(), "field"),
                             columns.names.size()));
    }
    const auto quoted = [&](std::size_t column) { return printable(shorten(fields[column], 60)); };
    const auto time = parse_time(fields[columns.time]);
    if (!time) {
      return bad(
          fmt::format("'{}' is no time; expected Unix seconds or RFC 3339", quoted(columns.time)));
    }
    const auto value = parse_value(fields[columns.value]);
    if (!value) return bad(fmt::format("'{}' is not a number", quoted(columns.value)));
    if (fields[columns.host].empty()) return bad("no host");
    if (fields[columns.metric].empty()) return bad("no metric");
    for (Collector& collector : collectors) {
      if (!collector.wants(fields[columns.metric])) continue;
      if (!collector.add(fields, *time, *value, numbers)) {
        return bad("more series than canarygate takes; ask for a shorter time or fewer hosts");
      }
    }
    return Done{};
  }

  [[nodiscard]] std::vector<Result<QueryAnswer>> finish(
      std::span<const RangeQuery> queries, const std::vector<Collector>& collectors,
      const std::set<std::string>& metrics) const {
    std::vector<Result<QueryAnswer>> answers;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const bool known = metrics.contains(queries[q].text) || metrics.size() == kMostMetrics;
      answers.push_back(known ? Result<QueryAnswer>(collectors[q].finish())
                              : unknown_metric(queries[q].text, metrics));
    }
    return answers;
  }

  /// The file lists what there is, so a name that is nowhere in it is a mistake, not silence.
  [[nodiscard]] Unexpected<Error> unknown_metric(const std::string& name,
                                                 const std::set<std::string>& metrics) const {
    const std::vector<std::string> known(metrics.begin(), metrics.end());
    if (name.find_first_of("({[") != std::string::npos) {
      return fail(ErrorKind::backend,
                  fmt::format("{} is a file, of which a query is a metric's name and nothing more; "
                              "it has {}, and '{}' is none. Is another environment meant (--env)?",
                              printable(path_), printable(list_of(known, 10)),
                              printable(shorten(name, 100))));
    }
    const std::string meant = nearest(name, known);
    return fail(
        ErrorKind::backend,
        fmt::format("{}: no metric '{}'{}; it has {}", printable(path_),
                    printable(shorten(name, 100)),
                    meant.empty() ? "" : fmt::format(" (did you mean '{}'?)", printable(meant)),
                    printable(list_of(known, 10))));
  }

  std::string path_;
  Ports ports_;
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  return std::unique_ptr<MetricsBackend>(
      std::make_unique<File>(config.get<std::string>("path"), ports));
}

}  // namespace

BackendType file_backend() {
  return {"file",
          "numbers from a CSV file with the columns time, host, metric and value",
          {{"path", KeyKind::path, true, "the file; may be gzipped"}},
          &make};
}

}  // namespace canarygate
