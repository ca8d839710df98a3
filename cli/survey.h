/// A look at the check as it would run now, that decides nothing: what `hosts` and `explain` print.
#pragma once

#include <cstdint>

#include "checks/gate.h"
#include "cli/options.h"

namespace canarygate {

struct Survey {
  GateRequest request;  ///< as it was asked
  Outcome outcome;      ///< of the newest window that is complete, or of --deployed-at / --now
  std::int64_t requests = 0;  ///< sent to servers
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
