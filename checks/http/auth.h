/// How a server is asked: what a request must carry so that it is let in, how long it may take, and
/// whom to trust.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "checks/config.h"
#include "checks/http/client.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The keys `request_timeout`, `headers`, `auth` and `ca` of a backend. `headers_help`: what that
/// key is for.
[[nodiscard]] std::vector<Key> connection_keys(std::string headers_help = "sent with each request");

/// Gives `request` what these keys say; `headers` are of request_headers() or another's.
void complete(HttpRequest& request, const Config& config, const Headers& headers);

/// The request headers that `headers` and `auth` of a configuration ask for, secrets looked up now
/// (a token that is rotated while a window passes stays good). ErrorKind::secret, or ::definition
/// for what can be no header.
[[nodiscard]] Result<Headers> request_headers(const Config& config, const Ports& ports);

/// What was sent, for the message about a refusal: "`auth.bearer` from the environment variable
/// PROM_TOKEN"; "" when there is no `auth` and no secret header. Never the secret.
[[nodiscard]] std::string describe_credentials(const Config& config);

}  // namespace canarygate
