#include "checks/http/retry.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

#include "checks/http/hide.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using std::chrono::milliseconds;

constexpr std::array<Duration, 3> kBackOff = {milliseconds(500), milliseconds(1000),
                                              milliseconds(2000)};

bool may_pass(const Result<HttpResponse>& answer) {
  if (!answer) return answer.error().transient;
  const int status = answer->status;
  return status == 429 || status == 502 || status == 503 || status == 504;
}

/// Seconds from now or an HTTP date (RFC 9110, 10.2.3).
std::optional<Duration> retry_after(const Result<HttpResponse>& answer, TimePoint now) {
  if (!answer) return std::nullopt;
  const std::string text(trim(answer->header("retry-after")));
  if (const auto seconds = parse_number<std::int64_t>(text)) {
    // A day is beyond every patience, and stays clear of overflow.
    return std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, 86'400));
  }
  std::tm date{};
  if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) return std::nullopt;
  const TimePoint when{std::chrono::seconds(timegm(&date))};
  return std::max(Duration(0), when - now);
}

}  // namespace

std::vector<Result<HttpResponse>> RetryingClient::send_all(std::span<const HttpRequest> requests,
                                                           Duration patience) {
  const Duration deadline = clock_.elapsed() + patience;
  std::vector<Result<HttpResponse>> answers = client_.send_all(requests, patience);

  for (const Duration back_off : kBackOff) {
    std::vector<std::size_t> again;
    Duration pause = back_off;
    const Duration left = deadline - clock_.elapsed();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (requests[i].only_once || !may_pass(answers[i])) continue;
      const Duration asked_for = retry_after(answers[i], clock_.now()).value_or(back_off);
      if (asked_for >= left) continue;
      again.push_back(i);
      pause = std::max(pause, asked_for);
    }
    if (again.empty() || pause >= left) break;
    clock_.sleep(pause, interrupt_);
    if (interrupt_.raised()) break;

    std::vector<HttpRequest> repeated;
    repeated.reserve(again.size());
    for (const std::size_t i : again) repeated.push_back(requests[i]);
    auto more = client_.send_all(repeated, deadline - clock_.elapsed());
    for (std::size_t i = 0; i < again.size(); ++i) answers[again[i]] = std::move(more[i]);
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) hide_credentials(requests[i], *answers[i]);
  }
  return answers;
}

}  // namespace canarygate
