/// The network as `doctor` uses it: each request is sent once, and what the answers say beside
/// their bodies is kept: whether there was one, and by which clock.
#pragma once

#include <optional>
#include <string>

#include "checks/http/client.h"

namespace canarygate::doctor {

/// The moment that an HTTP `Date` names: `Sun, 06 Nov 1994 08:49:37 GMT`. Nothing for other forms.
[[nodiscard]] std::optional<TimePoint> parse_http_date(const std::string& text);

class ListeningHttp : public HttpClient {
 public:
  /// No request may take longer than `longest`.
  ListeningHttp(HttpClient& http, const Clock& clock, Duration longest)
      : http_(http), clock_(clock), longest_(longest) {}

  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration patience) override;

  struct Heard {
    bool asked = false;
    bool answered = false;
    int status = 0;    ///< of the last answer
    Duration took{0};  ///< of all answers
    /// How far a `Date` lies outside of the time in which the request was under way; 0 for inside.
    std::optional<Duration> skew;
  };
  /// Since it was last asked.
  [[nodiscard]] Heard take();

 private:
  void hear(const HttpResponse& response, TimePoint before, TimePoint after);

  HttpClient& http_;
  const Clock& clock_;
  Duration longest_;
  Heard heard_;
};

}  // namespace canarygate::doctor
