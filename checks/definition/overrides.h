/// An environment's `overrides` for a check, laid over that check.
#pragma once

#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"

namespace canarygate {

/// `check` with everything in `override` in its place: maps key by key, metrics by name, anything
/// else as a whole. Every node keeps the file and line it came from, so that what is wrong with the
/// result is reported where it was written. An unknown metric is a Problem.
[[nodiscard]] YamlNode with_override(const YamlNode& check, const YamlNode& override,
                                     Problems& problems);

}  // namespace canarygate
