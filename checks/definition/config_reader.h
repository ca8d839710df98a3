/// From a checked map to the Config that a backend or discovery source is made from.
#pragma once

#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/definition/yaml.h"

namespace canarygate {

[[nodiscard]] Config read_config(const YamlNode& node, const std::vector<Key>& keys);

[[nodiscard]] SecretRef read_secret(const YamlNode& node);

/// A path that stands in `file` is relative to that file's folder; made absolute.
[[nodiscard]] std::string absolute_path(const std::string& path, const std::string& file);

}  // namespace canarygate
