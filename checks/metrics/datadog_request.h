/// How a query is put to Datadog: over which buckets, and in which request.
#pragma once

#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/metrics/datadog_query.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::datadog {

enum class Api { v1, v2 };

/// A stretch of Datadog's buckets. They begin at whole multiples of their length since 1970, and a
/// point carries the time at which its bucket begins.
struct Buckets {
  TimePoint first;  ///< when the first one begins
  Duration length{0};
  std::int64_t count = 0;

  [[nodiscard]] TimePoint end() const { return first + count * length; }
};

/// The buckets for the points of `grid`, one each: the last to be complete when the point is
/// reached. Where the grid does not begin at a multiple of its step they end earlier, by less than
/// one step; never later, so that a point is complete when its time has come.
[[nodiscard]] Buckets buckets_of(const Grid& grid);

/// One request's share of a query.
struct Piece {
  std::int64_t offset = 0;  ///< of its first bucket among the query's
  Buckets buckets;
};

/// `piece` in pieces of at most `most` buckets.
[[nodiscard]] std::vector<Piece> split_piece(const Piece& piece, std::int64_t most);

/// The request for `buckets`; `url` is what follows the server's address. The error is a clause:
/// the query is too long for a URL, which is where v1 has it.
[[nodiscard]] Result<HttpRequest, std::string> request_for(Api api, const Query& query,
                                                           const Buckets& buckets);

}  // namespace canarygate::datadog
