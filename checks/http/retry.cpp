#include "checks/http/retry.h"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/http/hide.h"
#include "checks/http/rate_limit.h"

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

std::optional<Duration> wait_after(const Result<HttpResponse>& answer, TimePoint now) {
  return answer ? wait_asked_for(*answer, now) : std::nullopt;
}

bool closes_limit(const HttpResponse& answer) {
  return answer.status == 429 || says_used_up(answer);
}

std::string path_of(const HttpRequest& request) {
  return request.url.substr(0, request.url.find('?'));
}

}  // namespace

void RetryingClient::wait_for_limits(std::span<const HttpRequest> requests, Duration deadline) {
  Duration until{0};
  for (const HttpRequest& request : requests) {
    const auto closed = closed_until_.find(path_of(request));
    if (closed == closed_until_.end() || request.only_once) continue;
    if (closed->second < deadline) until = std::max(until, closed->second);
  }
  const Duration pause = until - clock_.elapsed();
  if (pause > Duration(0)) clock_.sleep(pause, interrupt_);
}

void RetryingClient::remember_limits(std::span<const HttpRequest> requests,
                                     const std::vector<Result<HttpResponse>>& answers) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) closed_until_.erase(path_of(requests[i]));
  }
  // Answers of one moment come in any order: the one that saw the least left has the last word.
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i] || !closes_limit(*answers[i])) continue;
    const auto wait = wait_asked_for(*answers[i], clock_.now());
    if (!wait) continue;
    Duration& until = closed_until_[path_of(requests[i])];
    until = std::max(until, clock_.elapsed() + *wait);
  }
}

std::vector<Result<HttpResponse>> RetryingClient::send_all(std::span<const HttpRequest> requests,
                                                           Duration patience) {
  const Duration deadline = clock_.elapsed() + patience;
  wait_for_limits(requests, deadline);
  auto answers = client_.send_all(requests, std::max(Duration(0), deadline - clock_.elapsed()));

  for (const Duration back_off : kBackOff) {
    std::vector<std::size_t> again;
    Duration pause = back_off;
    const Duration left = deadline - clock_.elapsed();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (requests[i].only_once || !may_pass(answers[i])) continue;
      const Duration asked_for = wait_after(answers[i], clock_.now()).value_or(back_off);
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
  remember_limits(requests, answers);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) hide_credentials(requests[i], *answers[i]);
  }
  return answers;
}

}  // namespace canarygate
