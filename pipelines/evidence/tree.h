/// A definition's tree as JSON and back: lists and maps as what they are, a scalar as a string, and
/// a quoted scalar, which is never a number, as `{"": "text"}`.
#pragma once

#include <nlohmann/json.hpp>

#include "checks/definition/yaml.h"

namespace canarygate::evidence {

[[nodiscard]] nlohmann::json to_json(const YamlNode& node);

/// Of `file`, for messages. A number, or too deep a tree, is refused: Kind::refused.
[[nodiscard]] YamlNode to_tree(const nlohmann::json& json, const std::string& file);

}  // namespace canarygate::evidence
