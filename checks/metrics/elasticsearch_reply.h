/// What Elasticsearch and OpenSearch answer to _search: numbers, or why there are none.
#pragma once

#include <string>

#include "checks/http/client.h"
#include "checks/metrics/elasticsearch_query.h"
#include "checks/metrics/piecewise.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::elasticsearch {

struct Reply {
  PieceRows rows;
  /// Why it is only a part of the data: a clause; "" when it is all.
  std::string incomplete;
  bool too_many_hosts = false;  ///< some are not in it
};

/// Reads the body of a 200 to `search_for(query, …, grid)`; each row has the label `host_label`.
/// What is malformed or lies beside `grid` is an error: a clause that says what was wrong, to be
/// put after the server's name.
[[nodiscard]] Result<Reply, std::string> parse_reply(const std::string& body, const Query& query,
                                                     const std::string& host_label,
                                                     const Grid& grid);

/// What a refusal's body says.
struct Refusal {
  std::string type;    ///< `index_not_found_exception`
  std::string reason;  ///< of the root cause
};

/// Empty where the body says nothing.
[[nodiscard]] Refusal refusal_in(const HttpResponse& response);

/// Whether the server had to make more buckets than it is set to.
[[nodiscard]] bool has_too_many_buckets(const std::string& body);

}  // namespace canarygate::elasticsearch
