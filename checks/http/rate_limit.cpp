#include "checks/http/rate_limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

// A day is beyond every patience, and stays clear of overflow.
constexpr std::int64_t kLongest = 86'400;
// More seconds than anybody lets one wait: such a number is a time.
constexpr std::int64_t kTimesBegin = 1'000'000'000;

std::optional<std::int64_t> whole(const HttpResponse& response, const char* header) {
  return parse_number<std::int64_t>(trim(response.header(header)));
}

Duration seconds_to_wait(std::int64_t seconds) {
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kLongest));
}

/// Seconds from now or an HTTP date (RFC 9110, 10.2.3).
std::optional<Duration> retry_after(const HttpResponse& response, TimePoint now) {
  const std::string text(trim(response.header("retry-after")));
  if (const auto seconds = parse_number<std::int64_t>(text)) return seconds_to_wait(*seconds);
  std::tm date{};
  if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) return std::nullopt;
  const TimePoint when{std::chrono::seconds(timegm(&date))};
  return std::max(Duration(0), when - now);
}

}  // namespace

RateLimit rate_limit_of(const HttpResponse& response, TimePoint now) {
  RateLimit limit;
  limit.name = printable(shorten(trim(response.header("x-ratelimit-name")), 60));
  limit.limit = whole(response, "x-ratelimit-limit");
  limit.remaining = whole(response, "x-ratelimit-remaining");
  if (const auto period = whole(response, "x-ratelimit-period")) {
    limit.period = seconds_to_wait(*period);
  }
  if (const auto reset = whole(response, "x-ratelimit-reset")) {
    const std::int64_t at =
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    limit.reset = seconds_to_wait(*reset >= kTimesBegin ? *reset - at : *reset);
  }
  return limit;
}

bool says_used_up(const HttpResponse& response) {
  const auto remaining = whole(response, "x-ratelimit-remaining");
  return remaining && *remaining <= 0;
}

std::optional<Duration> wait_asked_for(const HttpResponse& response, TimePoint now) {
  if (const auto wait = retry_after(response, now)) return wait;
  if (response.status != 429 && !says_used_up(response)) return std::nullopt;
  return rate_limit_of(response, now).reset;
}

std::string describe_rate_limit(const HttpResponse& response, TimePoint now) {
  const RateLimit limit = rate_limit_of(response, now);
  std::string text;
  if (limit.limit) {
    text = fmt::format("its limit{} of {} request{}{}",
                       limit.name.empty() ? "" : fmt::format(" '{}'", limit.name), *limit.limit,
                       *limit.limit == 1 ? "" : "s",
                       limit.period ? " in " + format_duration(*limit.period) : "");
  } else if (!limit.name.empty()) {
    text = fmt::format("its limit '{}'", limit.name);
  }
  const auto wait = wait_asked_for(response, now);
  if (text.empty()) return wait ? "it asks to wait " + format_duration(*wait) : "";
  return text + " is used up" + (wait ? " for " + format_duration(*wait) : "");
}

}  // namespace canarygate
