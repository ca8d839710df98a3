/// The files under a config root: which there are, and reading one by its name.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"
#include "checks/result.h"

namespace canarygate {

inline constexpr const char* kRootFile = "canarygate.yaml";

/// One of the two folders under the root.
struct Shelf {
  const char* folder;  ///< "checks"
  const char* what;    ///< "check", for messages
};
inline constexpr Shelf kChecks{"checks", "check"};
inline constexpr Shelf kEnvironments{"environments", "environment"};

/// As a person in the working directory would type it.
[[nodiscard]] std::string shown_path(const std::filesystem::path& root,
                                     const std::filesystem::path& below);

/// The names on a shelf, sorted: NAME.yaml is NAME.
[[nodiscard]] std::vector<std::string> names_on(const std::filesystem::path& root,
                                                const Shelf& shelf);

/// Files on a shelf that would be overlooked: `.yml`, or a name that nobody could type.
[[nodiscard]] Problems misnamed_on(const std::filesystem::path& root, const Shelf& shelf);

/// "no check 'wbe'; did you mean 'web'?"
[[nodiscard]] std::string no_such(const Shelf& shelf, const std::string& name,
                                  const std::vector<std::string>& known);

/// Reads NAME.yaml of a shelf. A name that is a path is refused.
[[nodiscard]] Result<YamlFile, Problem> read_from(const std::filesystem::path& root,
                                                  const Shelf& shelf, const std::string& name);

}  // namespace canarygate
