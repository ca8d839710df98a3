/// What a whole run of a check asks its servers for, reckoned from a survey of it.
#pragma once

#include "cli/survey.h"

namespace canarygate {

struct RunCost {
  Fetched history;             ///< with the reference, while it waits for the window
  Fetched looks;               ///< all of them; each asks for the window's points so far
  std::int64_t discovery = 0;  ///< requests: who the hosts are, at the beginning and the end
  Fetched run;                 ///< all together
};

[[nodiscard]] RunCost run_cost(const Survey& survey);

/// The hosts' own stretch before the deploy, as long as there is one without a deploy in it.
[[nodiscard]] Duration reference_of(const Survey& survey);

}  // namespace canarygate
