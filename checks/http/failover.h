/// Several equal servers: when one cannot answer, the next is asked.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/http/client.h"
#include "checks/result.h"

namespace canarygate {

/// Takes in the answer to request `index` from `server` (a base URL). An error with `transient` set
/// sends the request on to the next server; any other is the request's result.
using TakeAnswer =
    std::function<Status(std::size_t index, const std::string& server, HttpResponse response)>;

class Failover {
 public:
  /// `servers`: base URLs, at least one.
  explicit Failover(std::vector<std::string> servers) : servers_(std::move(servers)) {}

  /// Sends all requests (`url` is what follows the base) to one server at the same time; those that
  /// got no answer, a 5xx, or one that `take` passed on go to the next. Begins with the server that
  /// answered last. One result a request, in their order; when no server could answer, the error
  /// gives each one's reason.
  [[nodiscard]] std::vector<Status> ask(HttpClient& http, const Clock& clock,
                                        std::span<const HttpRequest> requests, Duration patience,
                                        const TakeAnswer& take);

 private:
  std::vector<std::string> servers_;
  std::size_t preferred_ = 0;
};

}  // namespace canarygate
