/// What InfluxDB 1 answers to /query: numbers, or why there are none.
#pragma once

#include <string>

#include "checks/http/client.h"
#include "checks/metrics/piecewise.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::influxdb {

struct Reply {
  PieceRows rows;
  std::string refusal;   ///< the server's word on why it cannot answer, although the status is 200
  bool partial = false;  ///< it is only a part of the data
};

/// Reads the body of a 200 to a query with `epoch=ms`, whose buckets begin where those of `grid`
/// do. null is missing. What is malformed or lies beside `grid` is an error: a clause that says
/// what was wrong, to be put after the server's name.
[[nodiscard]] Result<Reply, std::string> parse_reply(const std::string& body, const Grid& grid);

/// The `error` of a refusal's body; "" where there is none.
[[nodiscard]] std::string error_in(const HttpResponse& response);

}  // namespace canarygate::influxdb
