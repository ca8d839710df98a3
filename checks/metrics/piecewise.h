/// Backends that ask for a query's numbers in pieces of its grid: the work that they share.
///
/// A derived class says how a piece is asked for and how its answer reads; cutting the grid, asking
/// the servers, putting the pieces together again and naming the hosts is done here, so that no
/// backend can take a part for the whole.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checks/http/auth.h"
#include "checks/http/failover.h"
#include "checks/metrics/backend.h"

namespace canarygate {

/// What one piece's answer held.
struct PieceRows {
  struct Row {
    std::string name;  ///< tells apart series of equal labels; "" where there is nothing to tell
    std::map<std::string, std::string> labels;
    std::vector<double> values;  ///< one a point of the piece, NaN where there is none
    /// Points at which the host was seen at all. Not empty: a number before the first of them or
    /// after the last (of the whole grid) is none, as the zeros that a server counts for a host
    /// that is gone.
    std::vector<bool> seen{};
  };
  std::vector<Row> rows;
  std::vector<std::string> notes{};  ///< the server's remarks, printable
};

class PiecewiseBackend : public MetricsBackend {
 public:
  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) final;

 protected:
  /// `servers`: base URLs of equal servers, at least one.
  PiecewiseBackend(Config config, const std::vector<std::string>& servers, const Ports& ports)
      : config_(std::move(config)), ports_(ports), servers_(servers), failover_(servers) {}

  /// What taking an answer came to.
  enum class Taken {
    all,
    too_much,  ///< the server may answer a shorter piece: ask for both halves. Of two points or
               ///< more
  };

  /// Whether a query can be asked at all.
  [[nodiscard]] virtual Status examine(const RangeQuery& query) const = 0;
  /// The same of all of them, one result a query; a backend may ask the servers for what it takes.
  [[nodiscard]] virtual std::vector<Status> prepare(std::span<const RangeQuery> queries,
                                                    const Headers& credentials, Duration patience);
  /// The credentials, looked up now.
  [[nodiscard]] virtual Result<Headers> credentials() const;
  /// So many points of `query` are asked for at once.
  [[nodiscard]] virtual std::int64_t most_points(const RangeQuery& query) const = 0;
  /// So many requests are under way at once.
  [[nodiscard]] virtual std::size_t most_requests() const { return 64; }
  /// The request for `piece`: a query with a piece of its grid. `url` is what follows the server's
  /// address; credentials, timeout and authority are added here.
  [[nodiscard]] virtual HttpRequest request_for(const RangeQuery& piece) const = 0;
  /// Reads the answer of `host` (as messages call it) to `piece` into `rows`.
  [[nodiscard]] virtual Result<Taken> take(HttpResponse response, const RangeQuery& piece,
                                           const std::string& host, PieceRows& rows) const = 0;

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const Ports& ports() const { return ports_; }
  [[nodiscard]] Failover& failover() { return failover_; }
  /// Adds what every request of this backend carries.
  void complete(HttpRequest& request, const Headers& credentials) const;

 private:
  struct Part;
  class Answer;
  class Round;

  Config config_;
  Ports ports_;
  std::vector<std::string> servers_;
  Failover failover_;
};

/// The keys that every such backend has: `headers`, `auth`, `ca`, `request_timeout`.
[[nodiscard]] std::vector<Key> connection_keys();

}  // namespace canarygate
