/// Backends that ask for a query's numbers in pieces of its grid: the work that they share.
///
/// A derived class says how a piece is asked for and how its answer reads; cutting the grid, asking
/// the servers, putting the pieces together again and naming the hosts is done here, so that no
/// backend can take a part for the whole.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checks/http/auth.h"
#include "checks/http/failover.h"
#include "checks/metrics/assembly.h"
#include "checks/metrics/backend.h"

namespace canarygate {

/// What one piece's answer held.
struct PieceRows {
  std::vector<PieceRow> rows;
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
  /// Looks at all results once more before they are given away.
  virtual void review(std::span<const RangeQuery> queries,
                      std::vector<Result<QueryAnswer>>& results) const;
  /// How a query gives fewer series, and one a host: "group by host".
  [[nodiscard]] virtual std::string grouping() const { return "group by host"; }

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const Ports& ports() const { return ports_; }
  [[nodiscard]] Failover& failover() { return failover_; }
  [[nodiscard]] const std::vector<std::string>& servers() const { return servers_; }

 private:
  struct Part;
  class Round;

  Config config_;
  Ports ports_;
  std::vector<std::string> servers_;
  Failover failover_;
};

}  // namespace canarygate
