/// Why a JSON API gave no numbers, by its HTTP status.
#pragma once

#include <string>

#include "checks/http/client.h"
#include "checks/result.h"

namespace canarygate::http_json {

/// What the message about a refusal is made of.
struct Asked {
  std::string host;         ///< the server, as messages call it
  std::string query;        ///< the check's
  std::string credentials;  ///< describe_credentials()
};

/// The error for any status but 200, and for a web page. `said`: the server's words, one line.
[[nodiscard]] Error explain_refusal(const HttpResponse& response, const std::string& said,
                                    const Asked& asked);

}  // namespace canarygate::http_json
