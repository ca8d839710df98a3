/// Asking for numbers: the interface of a metrics backend, and the table of them.
///
/// A new backend is one file with its class in an unnamed namespace and one line in `backend.cpp`'s
/// table.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/hosts.h"
#include "checks/ports.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate {

/// How `{{hosts}}` and other lists are written into a query (INTERFACE.md 1, "Lists render").
enum class QueryDialect { promql, graphite, datadog, influxql, lucene, nrql, none };

/// One query over one stretch of time, variables already filled in.
struct RangeQuery {
  std::string text;
  Grid grid;               ///< ascending; may be longer than the server allows in one request
  std::string host_label;  ///< "" for the backend's default
  /// It counts events (`errors`, `total`, traffic): where the source has several points in a bucket
  /// they are added up, not averaged.
  bool counts = false;
};

struct QueryAnswer {
  std::vector<Series> series;  ///< in any order; several of one host are merged by the caller
  std::vector<std::string> warnings;  ///< what the server said beside the data, for the report
};

/// A watched host that does not answer any more.
struct Stopped {
  std::string host;
  std::optional<TimePoint> since;  ///< when it last answered
  std::size_t failures = 0;        ///< in a row, up to now
  std::string cause;               ///< of the last: a clause
};

/// What a backend is to prove itself with.
struct Probe {
  TimePoint now;
  Duration patience{0};
  std::string host_label;  ///< as the checks that ask it have it; "" for the backend's default
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

  /// Asks as little as proves that queries are answered, and changes nothing. What was seen, a
  /// clause: `answers queries`; "" where only a check's own query could prove it. Errors as
  /// fetch()'s.
  [[nodiscard]] virtual Result<std::string> probe(const Probe& /*probe*/) { return std::string(); }

  [[nodiscard]] virtual QueryDialect dialect() const = 0;
  [[nodiscard]] virtual std::string default_host_label() const = 0;
  /// How long after a bucket's end its number may still change.
  [[nodiscard]] virtual Duration settle() const = 0;
  /// Between two samples of one host at the source; `rate_window` is made from it.
  [[nodiscard]] virtual Duration scrape_interval() const = 0;

  // The rest is for backends that read the hosts themselves and so have no past but what they saw
  // (BackendType::reads_hosts); of it, watch() also tells any other who the hosts are.

  /// From now on watches `hosts` for what `queries` need. Called again when more is known; what was
  /// seen of hosts and series that are still wanted is kept.
  virtual Status watch(const Hosts& /*hosts*/, std::span<const std::string> /*queries*/) {
    return Done{};
  }
  /// Does what is due, if anything is, in at most `patience`. Returns when it wants to be called
  /// next, by Ports::clock's now(); nothing while there is nothing to watch.
  virtual std::optional<TimePoint> collect(Duration /*patience*/) { return std::nullopt; }
  /// Before this there are no numbers. Nothing: there is a past.
  [[nodiscard]] virtual std::optional<TimePoint> past_begins() const { return std::nullopt; }
  /// Hosts that have not answered for as long as two scrapes and for `quiet`, up to now.
  [[nodiscard]] virtual std::vector<Stopped> stopped(Duration /*quiet*/) const { return {}; }
  /// What is to be said of all the watching so far, for the report.
  [[nodiscard]] virtual std::vector<std::string> remarks() const { return {}; }
};

/// Why a query cannot be put to a backend, as far as that can be told offline.
struct QueryFault {
  std::size_t column = 1;  ///< in characters, from 1
  std::string text;        ///< a clause without a full stop; says what is possible instead
};

/// What is wrong with a configuration's `scrape_interval`; nothing when it will do, or is not
/// given.
[[nodiscard]] std::optional<std::string> scrape_interval_fault(const Config& config);

struct BackendType {
  std::string name;       ///< as in `type: NAME`
  std::string help;       ///< one line
  std::vector<Key> keys;  ///< beside `type`
  Result<std::unique_ptr<MetricsBackend>> (*make)(const Config& config, const Ports& ports);
  /// Null: any query may be sent. Variables are filled in already.
  std::optional<QueryFault> (*fault_in)(const std::string& query) = nullptr;
  /// It must know whom to ask, and sees only what happens while it watches.
  bool reads_hosts = false;
  /// Where the environment does not say `scrape_interval`.
  Duration scrape_interval = std::chrono::seconds(15);
  /// Why there are no numbers in steps of this length, a clause that says which would do; nothing
  /// when there are. Null: any step will do.
  std::optional<std::string> (*step_fault)(Duration step) = nullptr;
  /// Why nothing can be made of these settings, as far as that can be told offline and by more than
  /// their kinds; nothing when it can. A text that begins with a key between backquotes
  /// (`query.from` for one inside another) is about that key. Null: any will do.
  std::optional<std::string> (*config_fault)(const Config& config) = nullptr;
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const BackendType> backend_types();

/// Null when there is none of that name.
[[nodiscard]] const BackendType* find_backend_type(const std::string& name);

}  // namespace canarygate
