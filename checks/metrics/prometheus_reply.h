/// What a Prometheus-compatible server answers to query_range: numbers, or why there are none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/metrics/assembly.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::prometheus {

using Labels = std::map<std::string, std::string>;

struct RangeReply {
  std::vector<PieceRow> rows;
  std::vector<std::string> notes;  ///< the server's remarks on the query
  std::string incomplete;          ///< why it is only a part of the data; "" when it is all
};

/// Reads the body of a 200. Values that are NaN or infinite count as missing. What is malformed,
/// lies beside `grid` or is too much is an error: a clause that says what was wrong, to be put
/// after the server's name.
[[nodiscard]] Result<RangeReply, std::string> parse_range_reply(std::string body, const Grid& grid);

/// What the message about a refusal is made of.
struct Asked {
  std::string host;         ///< the server, as messages call it
  std::string query;        ///< as sent
  std::string credentials;  ///< describe_credentials()
};

/// The error for an answer that holds no data: any status but 200, a web page, `status: error`.
/// `transient` for a 5xx, which another server may not have.
[[nodiscard]] Error explain_refusal(const HttpResponse& response, const Asked& asked);

}  // namespace canarygate::prometheus
