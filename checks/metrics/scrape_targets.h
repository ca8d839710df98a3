/// The hosts that are scraped: where each is asked, and in words how that went.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/result.h"
#include "checks/scrape/ring.h"
#include "checks/scrape/store.h"

namespace canarygate::scrape {

/// What all hosts have in common.
struct Endpoint {
  std::string scheme = "http";
  std::uint16_t port = 0;  ///< of hosts that name none; 0: they must
  std::string path = "/metrics";
};

struct Target {
  std::string host;     ///< as the gate knows it
  std::string address;  ///< with its port; what messages call it
  std::string url;
  std::size_t scrapes = 0;
  std::size_t failures = 0;
  std::string last_failure;     ///< a clause that begins with the address
  scrape::Ring attendance;      ///< 1 or 0 at the time of each scrape, of some hours
  std::size_t failed_last = 0;  ///< so many of the latest scrapes, in a row
  std::size_t repeated = 0;     ///< in the latest scrape that had series twice
  std::string repeated_name;
};

/// ErrorKind::definition for a host without a port where there is no other, ::discovery for what
/// can be no host.
[[nodiscard]] Result<Target> make_target(const std::string& host, const Endpoint& endpoint);

/// Why a scrape failed, for `Target::last_failure`.
[[nodiscard]] std::string failure_text(const Target& target, const Error& error);
/// The same for a response; "" when it may be an exposition.
[[nodiscard]] std::string failure_text(const Target& target, const HttpResponse& response,
                                       const std::string& path);

/// For when no scrape has succeeded yet.
[[nodiscard]] std::string none_answered(std::span<const Target> targets);

/// Hosts more than one scrape in 20 of which failed, and what else was odd about what they expose.
[[nodiscard]] std::vector<std::string> remarks_on(std::span<const Target> targets);

/// Notes that a scrape of `begun` was answered, or was not.
void note_attendance(Target& target, TimePoint begun, bool answered);
/// Whether the host was there at `time`: its newest scrape until then was answered, and is not
/// older than `lookback`. A range reaches back to samples from before a host died.
[[nodiscard]] bool was_there(const Target& target, TimePoint time, Duration lookback);
/// When it last answered; nothing: never.
[[nodiscard]] std::optional<TimePoint> last_answer(const Target& target);

/// Why a query may have found nothing although hosts answered: names that nobody exposes.
[[nodiscard]] std::vector<std::string> explain_nothing(const std::vector<Selector>& selectors,
                                                       const Store& store);

}  // namespace canarygate::scrape
