/// Asks the backends and keeps what they answered.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/gate/backends.h"
#include "checks/gate/queries.h"
#include "checks/judge/timeline.h"
#include "checks/series.h"

namespace canarygate::gate {

/// A stretch of the timeline's points and what a query gave for it.
struct Piece {
  std::int64_t from = 1;  ///< index of the first point, as in judge::Timeline
  std::vector<Series> series;
};

/// What is known of one query so far.
struct Reply {
  std::vector<Piece> pieces;          ///< history first, the window last
  std::optional<Error> error;         ///< the last fetch failed
  std::vector<std::string> warnings;  ///< each once
};

/// Fetches each query over each stretch, backend after backend, all of one backend's requests at
/// once. Appends to `replies` (one a query). A query that fails for one stretch has an error, and
/// keeps nothing of this fetch.
void fetch(const QueryPlan& plan, const Backends& backends, const judge::Timeline& timeline,
           const std::vector<judge::Stretch>& stretches, const Clock& clock, Duration patience,
           std::vector<Reply>& replies);

/// Whether the queries can be answered at all: what stands in the way of the first that cannot.
[[nodiscard]] std::optional<Error> error_of(const QueryPlan& plan, const Backends& backends,
                                            const Grid& grid, Duration patience);

/// Nothing where the query has a number of any host on `grid`; else what the backend says to that,
/// "" where it says nothing.
[[nodiscard]] std::optional<std::string> nothing_seen_of(const PlannedQuery& query,
                                                         const Backends& backends,
                                                         const Grid& grid);

/// Forgets the window's points (those from 1 on) so that they can be fetched anew.
void forget_window(std::vector<Reply>& replies);

/// The first error of any query, with what it was asked for; nothing when all answered.
[[nodiscard]] std::optional<Error> first_error(const std::vector<Reply>& replies);

/// Numbers kept, for progress and for tests.
[[nodiscard]] std::int64_t points_in(std::span<const Reply> replies);

}  // namespace canarygate::gate
