/// Some servers and proxies repeat in an error what they were sent, credentials included; and
/// errors are printed.
#pragma once

#include <string>
#include <string_view>

#include "checks/http/client.h"

namespace canarygate {

/// Replaces every header value of the request that may be a secret, and AWS's keys, by `[hidden]`
/// in the response.
void hide_credentials(const HttpRequest& request, HttpResponse& response);

/// The same for one secret in one text, unless it is too short to be one.
void hide_secret(std::string& text, std::string_view secret);

}  // namespace canarygate
