/// Putting URLs together and naming servers in messages.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace canarygate {

/// Everything but letters, digits and `-._~` as %XX, so that it may stand anywhere in a URL.
[[nodiscard]] std::string percent_encode(std::string_view text);

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// `a=1&b=x%20y`, in the order given: a query string or the body of a form.
[[nodiscard]] std::string form_encode(const Parameters& parameters);

/// `base` and `path` with exactly one slash between them. `path` may carry a query string.
[[nodiscard]] std::string join_url(std::string_view base, std::string_view path);

/// Host and, where the URL gives one, port: `prom.example.com:9090`. What messages call a server;
/// user names, paths and query strings may hold secrets and never appear in one.
[[nodiscard]] std::string host_of(std::string_view url);

}  // namespace canarygate
