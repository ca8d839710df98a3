/// A look at the check as it would run now, that decides nothing: what `hosts` and `explain` print.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/gate.h"
#include "cli/options.h"

namespace canarygate {

/// What a part of a run asks for.
struct Fetched {
  std::int64_t requests = 0;  ///< sent to servers
  std::int64_t points = 0;    ///< numbers that came back
};

struct Survey {
  GateRequest request;  ///< as it was asked
  Outcome outcome;      ///< of the newest window that is complete, or of --deployed-at / --now
  TimePoint asked_at;   ///< now, by the clock or --now
  std::int64_t discovery_requests = 0;  ///< to find the hosts, once
  Fetched history;                      ///< with the reference
  Fetched window;                       ///< all of it, once
  std::vector<std::string> notes;       ///< what could not be taken into account
};

enum class SurveyDepth {
  hosts,   ///< only who is there and which series are whose: no history
  history  ///< as `check` does
};

[[nodiscard]] Result<Survey, Problems> survey(const Options& options, const Ports& ports,
                                              SurveyDepth depth);

/// What kept the survey from seeing hosts or numbers; empty when it saw them.
[[nodiscard]] std::vector<std::string> troubles_of(const Survey& survey);

}  // namespace canarygate
