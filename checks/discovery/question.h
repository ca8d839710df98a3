/// One question to a discovery server over HTTP: what the sources that ask one have in common.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/config.h"
#include "checks/http/client.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate {

/// How to reach the server: request_timeout, ca, headers and auth. Each source adds its `url`.
[[nodiscard]] std::vector<Key> server_keys();

/// GETs `url` as `connection` says. Any HTTP status is an answer. Errors are ErrorKind::discovery,
/// timeout, interrupted, secret or definition. A body of more than 64 MiB is an error.
[[nodiscard]] Result<HttpResponse> ask_server(
    const Config& connection, const std::string& url,
    std::vector<std::pair<std::string, std::string>> headers, const Ports& ports,
    Duration patience);

/// What a server said, fit for a message: one printable line of at most 200 characters.
[[nodiscard]] std::string excerpt(std::string_view body);

}  // namespace canarygate
