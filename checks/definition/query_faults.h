/// Queries that a backend could never be asked, told before anything runs.
#pragma once

#include "checks/definition/model.h"
#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"

namespace canarygate {

/// For backends of `environment` that read queries themselves: a query beyond what they know, with
/// its column; and groups told by `tags` where the backend must know whom to ask. `tree` is what
/// `check` was read from.
void check_queries(const EnvironmentDefinition& environment, const YamlNode& tree,
                   const CheckDefinition& check, Problems& problems);

/// `query` with a stand-in of the same length for each variable, so that columns stay true: a
/// duration where a range stands, else a word.
[[nodiscard]] std::string with_stand_ins(const std::string& query);

}  // namespace canarygate
