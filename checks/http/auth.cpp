#include "checks/http/auth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "checks/text.h"

namespace canarygate {

namespace {

constexpr Duration kRequestTimeout = std::chrono::seconds(15);

using HeaderMap = std::map<std::string, TextOrSecret>;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= count ? kAlphabet[group >> (18U - 6U * i) & 63U] : '=';
    }
  }
  return text;
}

/// RFC 9110, 5.6.2.
bool is_header_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

Status add(Headers& headers, const std::string& name, std::string value) {
  if (!is_header_name(name)) {
    return fail(ErrorKind::definition,
                fmt::format("`headers`: '{}' cannot be the name of a header", printable(name)));
  }
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return fail(ErrorKind::definition,
                fmt::format("`headers`: the value of '{}' has more than one line", name));
  }
  headers.emplace_back(name, std::move(value));
  return Done{};
}

Result<std::string> authorization(const Auth& auth, const Ports& ports) {
  auto secret = resolve_secret(auth.secret, ports);
  if (!secret || auth.kind == Auth::Kind::bearer) {
    return secret ? Result<std::string>("Bearer " + *secret) : secret;
  }
  if (auth.username.find(':') != std::string::npos) {
    return fail(ErrorKind::definition, "`auth.basic.username` must not contain ':'");
  }
  return "Basic " + base64(auth.username + ":" + *secret);
}

}  // namespace

std::vector<Key> connection_keys(std::string headers_help) {
  return {
      {"request_timeout", KeyKind::duration, false, "longest wait for one answer (15s)"},
      {"headers", KeyKind::headers, false, std::move(headers_help)},
      {"auth", KeyKind::auth, false, "bearer token or basic credentials"},
      {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"},
  };
}

void complete(HttpRequest& request, const Config& config, const Headers& headers) {
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  request.timeout = config.get("request_timeout", kRequestTimeout);
  request.ca_file = config.get<std::string>("ca");
}

Result<Headers> request_headers(const Config& config, const Ports& ports) {
  Headers headers;
  const Auth auth = config.get<Auth>("auth");
  for (const auto& [name, value] : config.get<HeaderMap>("headers")) {
    if (auth.kind != Auth::Kind::none && to_lower(name) == "authorization") {
      return fail(ErrorKind::definition,
                  "`headers` has Authorization and there is `auth` too; keep one of them");
    }
    const SecretRef* secret = std::get_if<SecretRef>(&value);
    const auto text = secret == nullptr ? Result<std::string>(std::get<std::string>(value))
                                        : resolve_secret(*secret, ports);
    if (!text) return unexpected(text.error());
    if (const Status added = add(headers, name, *text); !added) return unexpected(added.error());
  }
  if (auth.kind != Auth::Kind::none) {
    const auto value = authorization(auth, ports);
    if (!value) return unexpected(value.error());
    headers.emplace_back("Authorization", *value);
  }
  return headers;
}

std::string describe_credentials(const Config& config) {
  std::vector<std::string> parts;
  const Auth auth = config.get<Auth>("auth");
  if (auth.kind != Auth::Kind::none) {
    parts.push_back(fmt::format("`auth.{}` from {}",
                                auth.kind == Auth::Kind::bearer ? "bearer" : "basic",
                                describe_secret(auth.secret)));
  }
  for (const auto& [name, value] : config.get<HeaderMap>("headers")) {
    if (const SecretRef* secret = std::get_if<SecretRef>(&value)) {
      parts.push_back(fmt::format("`headers.{}` from {}", name, describe_secret(*secret)));
    }
  }
  return list_of(parts) == "none" ? "" : list_of(parts);
}

}  // namespace canarygate
