/// What CloudWatch answers to GetMetricData.
#pragma once

#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/http/aws/query_api.h"
#include "checks/http/client.h"
#include "checks/result.h"

namespace canarygate::cloudwatch {

struct Reply {
  struct Row {
    std::string id;
    std::string label;
    std::string status;  ///< Complete, PartialData, InternalError or Forbidden
    std::vector<std::string> messages;
    /// Begin of a period and its number, as sent: in any order, NaN for what is no finite number.
    std::vector<std::pair<TimePoint, double>> points;
  };
  std::vector<Row> rows;
  std::vector<std::string> messages;  ///< on the request as a whole: something was left out
  std::string next_token;             ///< "" on the last page
};

/// Reads the body of a 200. The error is a clause that says what was malformed.
[[nodiscard]] Result<Reply, std::string> parse_reply(const std::string& body);

/// What the message about a refusal is made of.
struct Asked {
  std::string host;   ///< the server, as messages call it
  std::string query;  ///< as the check has it, variables filled in
  std::string keys;   ///< where the keys are from
};

/// The error for an answer that is no 200. `transient` for what may succeed a moment later.
[[nodiscard]] Error explain_refusal(const aws::ApiError& error, const Asked& asked);

}  // namespace canarygate::cloudwatch
