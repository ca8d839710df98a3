/// What Datadog answers to a query: numbers, or why there are none.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/metrics/assembly.h"
#include "checks/metrics/datadog_request.h"
#include "checks/result.h"

namespace canarygate::datadog {

using Labels = std::map<std::string, std::string>;

struct Reply {
  std::vector<PieceRow> rows;      ///< labels are the tags that the query groups by
  std::vector<std::string> notes;  ///< what the server remarks beside the data
  std::string error;               ///< what the server says went wrong; "" when nothing did
  std::string incomplete;          ///< why it is only a part of the data; "" when it is all
  /// The buckets are longer than was asked: Datadog keeps the number of points in an answer down.
  std::optional<Duration> widened;
};

/// Reads the body of a 200. null stays missing, and what lies one bucket beside those asked for is
/// left out. What is malformed, lies further off or is too much is an error: a clause that says
/// what was wrong, to be put after the server's name. Where `widened` or `error` is set there are
/// no rows.
[[nodiscard]] Result<Reply, std::string> parse_reply(Api api, const std::string& body,
                                                     const Buckets& buckets);

}  // namespace canarygate::datadog
