#include "checks/discovery/question.h"

#include <array>

#include "checks/http/auth.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kLargestReply = 64U << 20U;
/// Consul tries for several seconds of its own before it says that it has no leader.
constexpr Duration kDefaultTimeout = std::chrono::seconds(15);

}  // namespace

std::vector<Key> server_keys() {
  return {
      {"request_timeout", KeyKind::duration, false, "longest wait for an answer (default 15s)"},
      {"ca", KeyKind::path, false, "PEM file of the certificate authority to trust"},
      {"headers", KeyKind::headers, false, "further request headers"},
      {"auth", KeyKind::auth, false, "bearer token or user name and password"},
  };
}

Result<HttpResponse> ask_server(const Config& connection, const std::string& url,
                                std::vector<std::pair<std::string, std::string>> headers,
                                const Ports& ports, Duration patience) {
  auto configured = request_headers(connection, ports);
  if (!configured) return unexpected(configured.error());
  headers.insert(headers.end(), configured->begin(), configured->end());

  HttpRequest request;
  request.url = url;
  request.headers = std::move(headers);
  request.timeout = connection.get<Duration>("request_timeout", kDefaultTimeout);
  request.max_body = kLargestReply;
  request.ca_file = connection.get<std::string>("ca");
  auto answers = ports.http.send_all(std::array{request}, patience);
  if (!answers.front() && answers.front().error().kind == ErrorKind::backend) {
    answers.front().error().kind = ErrorKind::discovery;
  }
  return std::move(answers.front());
}

std::string excerpt(std::string_view body) {
  const std::string_view text = trim(body);
  return shorten(printable(text.substr(0, std::min<std::size_t>(1000, text.find('\n')))), 200);
}

}  // namespace canarygate
