/// The headers by which a server says how many requests it still takes: `X-RateLimit-*`, as
/// Datadog, GitHub and others send them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "checks/clock.h"
#include "checks/http/client.h"

namespace canarygate {

/// What a response says of the limit that its request counted against. Nothing where it says
/// nothing, or no number.
struct RateLimit {
  std::string name;  ///< the server's own, fit for a message; "" where it gives none
  std::optional<std::int64_t> limit;      ///< requests allowed in a period
  std::optional<std::int64_t> remaining;  ///< of them
  std::optional<Duration> period;
  std::optional<Duration> reset;  ///< from `now` until requests are taken again; never negative
};

/// `now`: by the wall clock, for servers that give the reset as a Unix time.
[[nodiscard]] RateLimit rate_limit_of(const HttpResponse& response, TimePoint now);

/// Whether the response says that nothing is left of its limit.
[[nodiscard]] bool says_used_up(const HttpResponse& response);

/// How long the server asks to wait before the next request: `Retry-After`, else the limit's reset
/// where it has nothing left or has refused (429). Nothing when it does not ask.
[[nodiscard]] std::optional<Duration> wait_asked_for(const HttpResponse& response, TimePoint now);

/// What a message about a 429 says of it, after the server's name: `its limit 'query' of 1600
/// requests in 1h is used up for 6m 25s`. "" when the response says nothing.
[[nodiscard]] std::string describe_rate_limit(const HttpResponse& response, TimePoint now);

}  // namespace canarygate
