/// The real HttpClient, over libcurl.
#pragma once

#include <memory>
#include <string>

#include "checks/clock.h"
#include "checks/http/client.h"

namespace canarygate {

/// Connections are kept between calls of `send_all`; HTTP/2, gzip and the usual proxy variables are
/// used where they serve. At most five redirects are followed; a request with credentials or a body
/// never leaves the scheme, host and port it was written for. Bodies under way at the same time
/// share one bound, so that no server can fill the memory.
///
/// For one thread at a time. The process ignores SIGPIPE from here on: a peer that hangs up is an
/// error, not the end of us.
[[nodiscard]] std::unique_ptr<HttpClient> make_curl_client(std::string user_agent,
                                                           const Interrupt& interrupt);

}  // namespace canarygate
