/// Why an HTTP server of a metrics API gave no numbers: what statuses mean at all of them.
#pragma once

#include <string>
#include <string_view>

#include "checks/http/client.h"
#include "checks/result.h"

namespace canarygate {

struct HttpRefusal {
  std::string host;              ///< the server, as messages call it
  std::string api;               ///< whose API was expected: `InfluxDB`
  std::string said;              ///< the server's own words; "" when it has none
  std::string query;             ///< as sent
  std::string credentials;       ///< describe_credentials()
  std::string without;           ///< what to do where no credentials were sent: a sentence
  std::string where = "`urls`";  ///< the key to look at where the API is not found
  std::string whose = "`auth`";  ///< the key to look at where a login page answers
};

/// The error for any status but 200, and for a web page. `transient` for a 5xx, which another
/// server may not have.
[[nodiscard]] Error explain_status(const HttpResponse& response, const HttpRefusal& refusal);

/// The error for a 200 whose body is not what was asked for; `complaint` is a clause.
[[nodiscard]] Error explain_nonsense(const HttpRefusal& refusal, std::string_view complaint);

}  // namespace canarygate
