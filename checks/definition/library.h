/// Reading one environment, and one check as an environment has it: what `load` and `validate`
/// share.
#pragma once

#include <string>

#include "checks/definition/load.h"
#include "checks/definition/parse.h"

namespace canarygate {

struct ReadEnvironment {
  EnvironmentFile file;
  Problems problems;
};
/// Overrides of checks that do not exist are problems, too.
[[nodiscard]] ReadEnvironment read_environment(const ConfigRoot& root, const std::string& name);

/// What the root file itself has, for when there is no environment.
[[nodiscard]] EnvironmentFile environment_of_root(const ConfigRoot& root);

struct ReadCheck {
  YamlNode tree;  ///< with the overrides in it
  CheckDefinition check;
  Problems problems;
};
/// `tree` as it was read from the check's file; nothing marked in it yet.
[[nodiscard]] ReadCheck read_check(const YamlNode& tree, const std::string& name,
                                   const EnvironmentFile& environment);

}  // namespace canarygate
