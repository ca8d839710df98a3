/// The texts of a check that may hold `{{variables}}`, and what can be said of them before a run.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"

namespace canarygate {

/// Queries, links, selections and `expect.label`, as nodes of the check's tree.
[[nodiscard]] std::vector<const YamlNode*> template_texts(const YamlNode& check);

/// The metrics' and the traffic's queries alone.
[[nodiscard]] std::vector<const YamlNode*> query_texts(const YamlNode& check);

/// Braces that do not close, names that are none, and host lists where nobody has one.
void check_templates(const YamlNode& check, Problems& problems);

/// Variables that are neither built in nor among `defined`.
void check_known_variables(const YamlNode& check, const std::set<std::string>& defined,
                           Problems& problems);

}  // namespace canarygate
