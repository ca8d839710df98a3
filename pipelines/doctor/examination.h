/// What was found out about one thing that a run of canarygate relies on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"

namespace canarygate::doctor {

/// `unproven`: nothing is known to be wrong, and nothing could be asked.
enum class State { ok, unproven, warning, failure };

/// As the JSON output spells it.
[[nodiscard]] const char* to_string(State state);

/// Why something failed, for programs. People read the text.
enum class Cause {
  none,
  definition,   ///< a file of ours
  secret,       ///< a reference that resolves to nothing
  unreachable,  ///< no answer at all: name, network, port, TLS or time
  refused,      ///< it answered that we may not: 401 or 403
  answer,       ///< it answered something else than it should
};
[[nodiscard]] const char* to_string(Cause cause);

struct Examination {
  std::string what;    ///< definitions, backend, discovery, check, notifier or history
  std::string name;    ///< of a backend: the environment's name for it; of a check: its name
  std::string type;    ///< of a backend, source or notifier; else ""
  std::string server;  ///< host and port; "" where there is none, or where several were asked
  State state = State::ok;
  Cause cause = Cause::none;
  std::string text{};  ///< what was found; of a failure also what to do next
  std::vector<std::string> warnings{};
  std::optional<Duration> took{};        ///< the requests, together
  std::optional<Duration> clock_skew{};  ///< at least; positive: the server's clock is ahead

  /// What is wrong all the same; a failure stays one.
  void warn(std::string warning) {
    warnings.push_back(std::move(warning));
    if (state < State::warning) state = State::warning;
  }
};

}  // namespace canarygate::doctor
