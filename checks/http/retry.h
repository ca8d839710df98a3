/// Asking again what failed for the moment: overloaded, restarting, or gone from the network.
#pragma once

#include "checks/clock.h"
#include "checks/http/client.h"

namespace canarygate {

/// Repeats a request that was answered 429, 502, 503 or 504, or whose connection failed, up to
/// three times: after 0.5 s, 1 s and 2 s, or after what `Retry-After` asks for. Never beyond
/// `patience`: a longer Retry-After is left to the caller, at once. Requests that are `only_once`
/// are never repeated; all others are questions, and asking twice changes nothing.
class RetryingClient : public HttpClient {
 public:
  RetryingClient(HttpClient& client, Clock& clock, const Interrupt& interrupt)
      : client_(client), clock_(clock), interrupt_(interrupt) {}

  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration patience) override;

 private:
  HttpClient& client_;
  Clock& clock_;
  const Interrupt& interrupt_;
};

}  // namespace canarygate
