/// Asking for numbers: the interface of a metrics backend, and the table of them.
///
/// A new backend is one file with its class in an unnamed namespace and one line in `backend.cpp`'s
/// table.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/ports.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate {

/// How `{{hosts}}` and other lists are written into a query (INTERFACE.md 1, "Lists render").
enum class QueryDialect { promql, graphite, datadog, influxql, none };

/// One query over one stretch of time, variables already filled in.
struct RangeQuery {
  std::string text;
  Grid grid;               ///< ascending; may be longer than the server allows in one request
  std::string host_label;  ///< "" for the backend's default
};

struct QueryAnswer {
  std::vector<Series> series;  ///< in any order; several of one host are merged by the caller
  std::vector<std::string> warnings;  ///< what the server said beside the data, for the report
};

class MetricsBackend {
 public:
  MetricsBackend() = default;
  MetricsBackend(const MetricsBackend&) = delete;
  MetricsBackend& operator=(const MetricsBackend&) = delete;
  virtual ~MetricsBackend() = default;

  /// One result a query, in their order; all are under way at once. An empty answer is an answer.
  /// What is incomplete by the server's own word (a partial response) is an error, never a short
  /// answer. Errors are ErrorKind::backend (or timeout, interrupted, secret) and name server,
  /// status, cause and next step. Takes at most `patience`.
  [[nodiscard]] virtual std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                               Duration patience) = 0;

  [[nodiscard]] virtual QueryDialect dialect() const = 0;
  [[nodiscard]] virtual std::string default_host_label() const = 0;
  /// How long after a bucket's end its number may still change.
  [[nodiscard]] virtual Duration settle() const = 0;
  /// Between two samples of one host at the source; `rate_window` is made from it.
  [[nodiscard]] virtual Duration scrape_interval() const = 0;
};

struct BackendType {
  std::string name;       ///< as in `type: NAME`
  std::string help;       ///< one line
  std::vector<Key> keys;  ///< beside `type`
  Result<std::unique_ptr<MetricsBackend>> (*make)(const Config& config, const Ports& ports);
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const BackendType> backend_types();

/// Null when there is none of that name.
[[nodiscard]] const BackendType* find_backend_type(const std::string& name);

}  // namespace canarygate
