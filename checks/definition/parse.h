/// From a YAML tree to a definition: version, shape, then what no shape can say.
///
/// Each function adds everything that is wrong to `problems`; what it returns is only to be used
/// when it added nothing. Nodes of no use are marked as refused in the tree.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/definition/load.h"
#include "checks/definition/model.h"
#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"

namespace canarygate {

/// `name`: the file's, which the check must bear.
[[nodiscard]] CheckDefinition parse_check(YamlNode& root, const std::string& name,
                                          Problems& problems);

struct EnvironmentFile {
  EnvironmentDefinition definition;
  std::vector<std::string> checks;            ///< names and tags, as written; empty for all
  std::map<std::string, YamlNode> overrides;  ///< by check
};
[[nodiscard]] EnvironmentFile parse_environment(YamlNode& root, const std::string& name,
                                                Problems& problems);

/// Everything but `folder`.
[[nodiscard]] ConfigRoot parse_root(YamlNode& root, Problems& problems);

/// What the parts are made of.
[[nodiscard]] GroupSpec read_group(const YamlNode* node);
void check_groups(const YamlNode& root, const CheckDefinition& check, Problems& problems);
/// Changes what is written; `settings` hold what is not.
void read_judge(const YamlNode* node, JudgeSettings& settings, Problems& problems);
[[nodiscard]] std::optional<ScoreRule> read_score(const YamlNode* node, Problems& problems);
/// After the metrics have been read.
void check_score(const YamlNode& root, const CheckDefinition& check, Problems& problems);
[[nodiscard]] MetricSpec read_metric(const YamlNode& node, const CheckDefinition& check,
                                     Problems& problems);
void check_variable_names(const YamlNode* vars, Problems& problems);

/// Whether the file can be looked at at all: a map of a version that we know. Says why not.
[[nodiscard]] bool readable(const YamlNode& root, Problems& problems);

}  // namespace canarygate
