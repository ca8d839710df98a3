/// `--debug`: each request and how it was answered, on stderr. Headers and bodies are not shown:
/// that is where secrets are.
#pragma once

#include <ostream>

#include "checks/http/client.h"

namespace canarygate {

class DebugHttp : public HttpClient {
 public:
  DebugHttp(HttpClient& http, std::ostream& err) : http_(http), err_(err) {}
  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration patience) override;

 private:
  HttpClient& http_;
  std::ostream& err_;
};

}  // namespace canarygate
