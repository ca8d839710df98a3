/// The door to the network: requests in, responses out, all of them at once.
///
/// Promises: TLS certificates are verified; a body never grows past `max_body`; the call returns
/// when all are answered, the deadline passed, or the interrupt was raised. Never throws, never
/// prints.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checks/clock.h"
#include "checks/result.h"

namespace canarygate {

/// What a request to AWS is signed with (Signature Version 4). Both keys and the token are secrets.
struct AwsSignature {
  std::string region;
  std::string service;  ///< as AWS calls it in signatures: `monitoring`
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< "" for keys that do not expire
  // clang-tidy 14 takes the 0 that a defaulted comparison is made of for a pointer.
  auto operator<=>(const AwsSignature&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< absolute, with its query string, percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                             ///< sent with its Content-Type taken from `headers`
  Duration timeout = std::chrono::seconds(15);  ///< connection and transfer together
  std::size_t max_body =
      256U << 20U;  ///< bytes after decompression; above it the response is an error
  /// Never sent again by itself: that a scrape failed at its moment is a fact of its own.
  bool only_once = false;
  /// The host itself is meant: no proxy stands in for it, and it sends nobody on to another.
  bool direct = false;
  std::string ca_file;  ///< PEM file to trust instead of the system's; "" for the system's
  /// Signed anew each time it is sent. `url` then has no query string.
  std::optional<AwsSignature> aws;
  bool secret_url = false;  ///< its path lets anybody in, so no log may show it
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; the last of several
  std::string body;
  Duration took{0};  ///< from sending the request to the body's last byte

  /// The header's value, or "" when it was not sent. `name` in lower case.
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
  }
};

class HttpClient {
 public:
  HttpClient() = default;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient() = default;

  /// Sends all requests concurrently and waits at most `patience` for the lot. One result a
  /// request, in their order. An HTTP status of any kind is a response; an Error says host, what
  /// happened and what to look at (ErrorKind::backend; `timeout` when `patience` ran out;
  /// `interrupted`).
  [[nodiscard]] virtual std::vector<Result<HttpResponse>> send_all(
      std::span<const HttpRequest> requests, Duration patience) = 0;
};

}  // namespace canarygate
