/// What New Relic's GraphQL API, NerdGraph, answers to an NRQL query: numbers, or why there are
/// none.
#pragma once

#include <string>

#include "checks/http/client.h"
#include "checks/metrics/piecewise.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::nerdgraph {

// So many facets are answered at most, whatever LIMIT says.
constexpr std::size_t kMostFacets = 5000;

struct Reply {
  PieceRows rows;
  bool truncated = false;  ///< some hosts are not in it
};

/// Reads the body of a 200 without `errors`. `host_label` names the facet where the answer does
/// not. null is missing, and so is a number of nothing that is no count (`counts`). What is
/// malformed or lies beside `grid` is an error: a clause that says what was wrong, to be put after
/// the server's name.
[[nodiscard]] Result<Reply, std::string> parse_reply(const std::string& body,
                                                     const std::string& host_label, bool counts,
                                                     const Grid& grid);

/// The first of `errors`, which come with any status, 200 included.
struct ApiError {
  std::string type;  ///< `errorClass`: `TOO_MANY_REQUESTS`; may be ""
  std::string text;
  bool found = false;
};
[[nodiscard]] ApiError error_in(const HttpResponse& response);

}  // namespace canarygate::nerdgraph
