/// A check in an environment: what cannot work there, and what may but should be looked at.
#pragma once

#include "checks/definition/model.h"
#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"

namespace canarygate {

/// Backends that the environment does not have, queries that they cannot be asked, and sources it
/// has no connection for. `tree` is what `check` was read from.
void check_against(const EnvironmentDefinition& environment, const YamlNode& tree,
                   const CheckDefinition& check, Problems& problems);

/// Warnings: a range that reaches back before the deploy, and nothing that tells how much traffic
/// the canary got.
[[nodiscard]] Problems doubts_about(const YamlNode& tree, const CheckDefinition& check,
                                    const EnvironmentDefinition& environment);

}  // namespace canarygate
