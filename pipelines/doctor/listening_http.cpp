#include "pipelines/doctor/listening_http.h"

#include <time.h>  // NOLINT(modernize-deprecated-headers): strptime is POSIX

#include <algorithm>
#include <utility>

namespace canarygate::doctor {

std::optional<TimePoint> parse_http_date(const std::string& text) {
  tm parts{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return TimePoint(std::chrono::seconds(timegm(&parts)));
}

std::vector<Result<HttpResponse>> ListeningHttp::send_all(std::span<const HttpRequest> requests,
                                                          Duration patience) {
  std::vector<HttpRequest> sent(requests.begin(), requests.end());
  for (HttpRequest& request : sent) {
    request.only_once = true;
    request.timeout = std::min(request.timeout, longest_);
  }
  const TimePoint before = clock_.now();
  auto answers = http_.send_all(sent, patience);
  const TimePoint after = clock_.now();
  heard_.asked = heard_.asked || !sent.empty();
  for (const auto& answer : answers) {
    if (answer) hear(*answer, before, after);
  }
  return answers;
}

void ListeningHttp::hear(const HttpResponse& response, TimePoint before, TimePoint after) {
  heard_.answered = true;
  heard_.status = response.status;
  heard_.took += response.took;
  const auto date = parse_http_date(response.header("date"));
  // What a cache kept carries the time at which it was made.
  if (!date || !response.header("age").empty()) return;
  const TimePoint date_ends = *date + std::chrono::seconds(1);  // a Date is cut to the second
  Duration skew{0};
  if (*date > after) skew = *date - after;
  if (date_ends < before) skew = date_ends - before;
  if (!heard_.skew || std::chrono::abs(skew) > std::chrono::abs(*heard_.skew)) heard_.skew = skew;
}

ListeningHttp::Heard ListeningHttp::take() { return std::exchange(heard_, {}); }

}  // namespace canarygate::doctor
