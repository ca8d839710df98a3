/// Whether what an evidence file says fits together, so that the judge can take it for what a run
/// hands it.
#pragma once

#include <optional>
#include <string>

#include "checks/gate/recording.h"

namespace canarygate::evidence {

/// What does not fit, in a few words; nothing when all does.
[[nodiscard]] std::optional<std::string> inconsistency(const gate::Recording& recording);

}  // namespace canarygate::evidence
