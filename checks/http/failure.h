/// Why no HTTP response came, in words.
///
/// Kept apart from the library that does the transfer: the causes are ours, and so are the texts.
#pragma once

#include <string>

#include "checks/http/client.h"
#include "checks/result.h"

namespace canarygate {

struct HttpFailure {
  enum class Cause {
    bad_url,
    host_not_found,
    proxy_not_found,
    proxy_refused,
    not_connected,
    dropped,
    timed_out,
    out_of_patience,
    interrupted,
    certificate_expired,
    certificate_not_yet_valid,
    wrong_host,
    unknown_issuer,
    tls,
    ca_unreadable,
    body_too_large,
    headers_too_large,
    bad_encoding,
    too_many_redirects,
    redirected_elsewhere,
    redirected_to_plain_http,
    other
  } cause = Cause::other;
  /// What the cause alone does not say: the system's word for a failed connection, the length of a
  /// timeout, the place of a redirect.
  std::string detail;
};

/// One sentence with the server's name and one with the next step. Never a query string, header or
/// body. `transient` is set where the same request may succeed a moment later.
[[nodiscard]] Error describe(const HttpFailure& failure, const HttpRequest& request);

}  // namespace canarygate
