/// How Datadog's API is reached and what its refusals mean: for the metrics backend, and for hosts
/// found by their tags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/config.h"
#include "checks/http/auth.h"
#include "checks/http/client.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate::datadog {

/// `site`, `url`, `api_key`, `app_key`, `request_timeout`, `ca` and `headers`.
[[nodiscard]] std::vector<Key> connection_keys();

/// `https://api.SITE`, or `url`. ErrorKind::definition when `site` is none.
[[nodiscard]] Result<std::string> base_url(const Config& config);

/// The request headers: both keys, looked up now, and `headers`. ErrorKind::secret or ::definition.
[[nodiscard]] Result<Headers> key_headers(const Config& config, const Ports& ports);

/// What the message about a refusal is made of.
struct Asked {
  std::string host;        ///< the server, as messages call it
  std::string permission;  ///< what the application key must be allowed: `timeseries_query`
  std::string what;        ///< what was refused and is to be corrected: `the query: avg:x{*}`
};

/// The text of the error for an answer with any status but 200, or a web page. `now`: by the wall
/// clock.
[[nodiscard]] std::string explain_refusal(const HttpResponse& response, const Asked& asked,
                                          const Config& config, TimePoint now);

/// What a body says went wrong, on one line: its `errors` or `error`; "" when there is neither.
[[nodiscard]] std::string errors_in(std::string_view body);

}  // namespace canarygate::datadog
