/// Asking again what failed for the moment: overloaded, restarting, or gone from the network.
#pragma once

#include <map>
#include <string>

#include "checks/clock.h"
#include "checks/http/client.h"

namespace canarygate {

/// Repeats a request that was answered 429, 502, 503 or 504, or whose connection failed, up to
/// three times: after 0.5 s, 1 s and 2 s, or after what the server asks for by `Retry-After` or
/// `X-RateLimit-Reset`. What was told that nothing remains of a limit (`X-RateLimit-Remaining: 0`)
/// is not asked again before that limit's reset; the limit is taken to be the path's. Never beyond
/// `patience`: a longer wait is left to the caller, at once. Requests that are `only_once` are
/// never repeated or held back; all others are questions, and asking twice changes nothing.
class RetryingClient : public HttpClient {
 public:
  RetryingClient(HttpClient& client, Clock& clock, const Interrupt& interrupt)
      : client_(client), clock_(clock), interrupt_(interrupt) {}

  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration patience) override;

 private:
  /// Sleeps until the limits of `requests` are open again, where that is before `deadline`.
  void wait_for_limits(std::span<const HttpRequest> requests, Duration deadline);
  void remember_limits(std::span<const HttpRequest> requests,
                       const std::vector<Result<HttpResponse>>& answers);

  HttpClient& client_;
  Clock& clock_;
  const Interrupt& interrupt_;
  std::map<std::string, Duration> closed_until_;  ///< by URL without its query; Clock::elapsed
};

}  // namespace canarygate
