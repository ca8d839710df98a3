/// Queries that a backend could never be asked, told before anything runs.
#pragma once

#include "checks/definition/model.h"
#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"

namespace canarygate {

/// For backends of `environment` that read queries themselves: a query beyond what they know, with
/// its column. For those that read the hosts: groups told by `tags`, where it must be known whom to
/// ask, and steps in which nobody may have been asked. `tree` is what `check` was read from.
void check_queries(const EnvironmentDefinition& environment, const YamlNode& tree,
                   const CheckDefinition& check, Problems& problems);

/// Between two samples of what `backend` of `environment` answers; 0 where it has none of that
/// name.
[[nodiscard]] Duration scrape_interval_of(const EnvironmentDefinition& environment,
                                          const std::string& backend);

/// `query` with a stand-in of the same length for each variable, so that columns stay true: a
/// duration where a range stands, else a word.
[[nodiscard]] std::string with_stand_ins(const std::string& query);

}  // namespace canarygate
