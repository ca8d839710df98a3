/// From files on disk to definitions: finding the config root, reading it, applying an environment.
///
/// All problems of a file are reported at once, in the order of its lines. Nothing here asks the
/// network.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"
#include "checks/result.h"

namespace canarygate {

/// A folder with `canarygate.yaml` in it.
struct ConfigRoot {
  std::filesystem::path folder;
  std::optional<std::string> environment;       ///< the default environment's name
  std::vector<std::string> reports;             ///< `FORMAT=PATH`, paths made absolute
  std::map<std::string, BackendSpec> backends;  ///< used when there is no environment
  std::map<std::string, Config> discovery;
  std::vector<NotifierSpec> notify;
  std::optional<HistorySpec> history;
};

/// Walks up from `from` to the first folder with a `canarygate.yaml` and reads that file.
[[nodiscard]] Result<ConfigRoot, Problems> find_root(const std::filesystem::path& from);
/// The same for a folder that was named (`--config DIR`).
[[nodiscard]] Result<ConfigRoot, Problems> open_root(const std::filesystem::path& folder);

/// A check as it is to be run: the environment's overrides are merged in, the environment is
/// resolved (with no environment: the root's own backends and discovery under the name "").
struct LoadedCheck {
  CheckDefinition check;
  EnvironmentDefinition environment;
  std::vector<std::string>
      warnings;     ///< what `validate` says too, e.g. a range longer than the warm-up
  YamlNode tree{};  ///< what `check` was read from, with the overrides in it
};

/// `environment`: by --env, else the root's, else none. An unknown check or environment is a
/// Problem that lists those there are and names the nearest.
[[nodiscard]] Result<LoadedCheck, Problems> load_check(
    const ConfigRoot& root, const std::string& name, const std::optional<std::string>& environment);

/// The names of the checks that an environment pulls in by `checks`, sorted; all there are where it
/// does not say, or there is no environment. Never empty.
[[nodiscard]] Result<std::vector<std::string>, Problems> checks_of(
    const ConfigRoot& root, const std::optional<std::string>& environment);

/// Everything under the root (or just `files`): what is wrong, and what is merely doubtful.
struct Validation {
  Problems problems;
  Problems warnings;
  std::vector<std::string> checked;  ///< files read, relative to the root, sorted
};
[[nodiscard]] Validation validate(const ConfigRoot& root,
                                  const std::vector<std::filesystem::path>& files);

/// Where the runs are recorded: as the environment says (by --env, else the root's), else the root,
/// else in `.canarygate/history.db` beside canarygate.yaml.
[[nodiscard]] HistorySpec history_of(const ConfigRoot& root,
                                     const EnvironmentDefinition& environment);
[[nodiscard]] Result<HistorySpec, Problems> history_of(
    const ConfigRoot& root, const std::optional<std::string>& environment);

/// The names of the checks under the root, sorted.
[[nodiscard]] std::vector<std::string> check_names(const ConfigRoot& root);

}  // namespace canarygate
