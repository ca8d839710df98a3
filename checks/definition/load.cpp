#include "checks/definition/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checks/definition/config_reader.h"
#include "checks/definition/doubts.h"
#include "checks/definition/library.h"
#include "checks/definition/overrides.h"
#include "checks/definition/parse.h"
#include "checks/definition/reader.h"
#include "checks/definition/root_files.h"
#include "checks/text.h"

namespace canarygate {

namespace fs = std::filesystem;

namespace {

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// How a person here would call `folder`: relative where the working directory is in it or above.
fs::path as_typed(const fs::path& folder) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  if (error) return folder;
  const fs::path down = folder.lexically_relative(here);
  const fs::path up = here.lexically_relative(folder);
  const auto inside = [](const fs::path& path) { return !path.empty() && *path.begin() != ".."; };
  return inside(down) || inside(up) ? down : folder;
}

/// By check, as its file says; a file that cannot be read has none.
std::map<std::string, std::vector<std::string>> tags_by_check(const ConfigRoot& root) {
  std::map<std::string, std::vector<std::string>> tags;
  for (const std::string& name : check_names(root)) {
    auto& own = tags[name];
    const auto file = read_from(root.folder, kChecks, name);
    const YamlNode* list = file ? Reader(&file->root).node("tags") : nullptr;
    for (std::size_t i = 0; list != nullptr && i < list->children.size(); ++i) {
      own.push_back(list->children[i].text);
    }
  }
  return tags;
}

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

/// Whatever in an environment's `checks` is neither a check nor a tag of one.
void check_choice(const ConfigRoot& root, const YamlNode* choice, Problems& problems) {
  if (choice == nullptr) return;
  std::vector<std::string> known;
  for (const auto& [name, tags] : tags_by_check(root)) {
    known.push_back(name);
    known.insert(known.end(), tags.begin(), tags.end());
  }
  sort_unique(known);
  for (const YamlNode& word : choice->children) {
    if (has(known, word.text)) continue;
    const std::string meant = nearest(word.text, known);
    problems.push_back(word.problem(
        fmt::format("no check and no check's tag is called '{}'; {}", shorten(word.text, 60),
                    !meant.empty()  ? fmt::format("did you mean '{}'?", meant)
                    : known.empty() ? std::string("there is no file in checks/ yet")
                                    : "there is " + list_of(known, 20))));
  }
}

void append(Problems& all, Problems more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Result<ConfigRoot, Problems> find_root(const fs::path& from) {
  std::error_code error;
  fs::path folder = fs::absolute(from, error).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "a/b/" is "a/b"
  for (;; folder = folder.parent_path()) {
    if (is_file(folder / kRootFile) || is_file(folder / "canarygate.yml")) {
      return open_root(as_typed(folder));
    }
    if (folder == folder.parent_path()) break;
  }
  return unexpected(Problems{{from.string(), 0, 0,
                              "no canarygate.yaml here or in any folder above; write one with the "
                              "line `version: 1` next to "
                              "your checks/ folder, or say where it is with --config DIR"}});
}

Result<ConfigRoot, Problems> open_root(const fs::path& folder) {
  const std::string shown = shown_path(folder, kRootFile);
  if (!is_file(folder / kRootFile)) {
    const bool misnamed = is_file(folder / "canarygate.yml");
    return unexpected(Problems{
        {shown, 0, 0,
         misnamed
             ? "there is no such file, but a canarygate.yml; rename it to canarygate.yaml"
             : "there is no such file; write one with the line `version: 1` in the folder that "
               "--config names"}});
  }
  auto file = read_yaml((folder / kRootFile).string(), shown);
  if (!file) return unexpected(Problems{file.error()});
  Problems problems = std::move(file->problems);
  ConfigRoot root = parse_root(file->root, problems);
  root.folder = folder;
  if (const YamlNode* name = Reader(&file->root).node("environment")) {
    const std::vector<std::string> known = names_on(folder, kEnvironments);
    if (std::ranges::find(known, name->text) == known.end()) {
      problems.push_back(name->problem(no_such(kEnvironments, name->text, known)));
    }
  }
  sort_problems(problems);
  if (!problems.empty()) return unexpected(std::move(problems));
  return root;
}

std::vector<std::string> check_names(const ConfigRoot& root) {
  return names_on(root.folder, kChecks);
}

ReadEnvironment read_environment(const ConfigRoot& root, const std::string& name) {
  ReadEnvironment read;
  auto file = read_from(root.folder, kEnvironments, name);
  if (!file) {
    read.problems.push_back(file.error());
    return read;
  }
  read.problems = std::move(file->problems);
  read.file = parse_environment(file->root, name, read.problems);
  const std::vector<std::string> checks = check_names(root);
  const YamlNode* overrides = Reader(&file->root).node("overrides");
  for (std::size_t i = 0; overrides != nullptr && i < overrides->keys.size(); ++i) {
    const YamlNode& key = overrides->keys[i];
    if (std::ranges::find(checks, key.text) != checks.end()) continue;
    read.problems.push_back(key.problem(no_such(kChecks, key.text, checks)));
  }
  check_choice(root, Reader(&file->root).node("checks"), read.problems);
  return read;
}

EnvironmentFile environment_of_root(const ConfigRoot& root) {
  EnvironmentFile environment;
  environment.definition.file = shown_path(root.folder, kRootFile);
  environment.definition.backends = root.backends;
  environment.definition.discovery = root.discovery;
  environment.definition.notify = root.notify;
  return environment;
}

ReadCheck read_check(const YamlNode& tree, const std::string& name,
                     const EnvironmentFile& environment) {
  ReadCheck read;
  const auto override = environment.overrides.find(name);
  if (override == environment.overrides.end()) {
    read.tree = tree;
    read.check = parse_check(read.tree, name, read.problems);
    return read;
  }
  read.tree = with_override(tree, override->second, read.problems);
  read.check = parse_check(read.tree, name, read.problems);
  for (Problem& problem : read.problems) {
    if (problem.file != tree.file) continue;
    // Who looks at that line alone may find nothing wrong with it.
    problem.text +=
        fmt::format(" (with the overrides of environment '{}')", environment.definition.name);
  }
  return read;
}

Result<std::vector<std::string>, Problems> checks_of(
    const ConfigRoot& root, const std::optional<std::string>& environment) {
  const auto& chosen = environment ? environment : root.environment;
  std::vector<std::string> words;
  if (chosen) {
    ReadEnvironment where = read_environment(root, *chosen);
    sort_problems(where.problems);
    if (!where.problems.empty()) return unexpected(std::move(where.problems));
    words = std::move(where.file.checks);
  }
  std::vector<std::string> names;
  for (const auto& [name, tags] : tags_by_check(root)) {
    const auto is_meant = [&name = name, &tags = tags](const std::string& word) {
      return word == name || has(tags, word);
    };
    if (words.empty() || std::ranges::any_of(words, is_meant)) names.push_back(name);
  }
  if (!names.empty()) return names;
  return unexpected(Problems{{shown_path(root.folder, kChecks.folder), 0, 0,
                              "there is no check here; write one as checks/NAME.yaml"}});
}

HistorySpec history_of(const ConfigRoot& root, const EnvironmentDefinition& environment) {
  if (environment.history) return *environment.history;
  if (root.history) return *root.history;
  const std::string file = (root.folder / kRootFile).string();
  return {"sqlite:" + absolute_path(".canarygate/history.db", file), {}};
}

Result<HistorySpec, Problems> history_of(const ConfigRoot& root,
                                         const std::optional<std::string>& environment) {
  const auto& chosen = environment ? environment : root.environment;
  if (!chosen) return history_of(root, EnvironmentDefinition{});
  ReadEnvironment where = read_environment(root, *chosen);
  sort_problems(where.problems);
  if (!where.problems.empty()) return unexpected(std::move(where.problems));
  return history_of(root, where.file.definition);
}

Result<LoadedCheck, Problems> load_check(const ConfigRoot& root, const std::string& name,
                                         const std::optional<std::string>& environment) {
  const auto& chosen = environment ? environment : root.environment;
  ReadEnvironment where;
  if (chosen) {
    where = read_environment(root, *chosen);
  } else {
    where.file = environment_of_root(root);
  }
  Problems problems = std::move(where.problems);
  const auto file = read_from(root.folder, kChecks, name);
  if (!file) {
    problems.push_back(file.error());
    sort_problems(problems);
    return unexpected(std::move(problems));
  }
  append(problems, file->problems);
  ReadCheck read = read_check(file->root, name, where.file);
  append(problems, std::move(read.problems));
  if (problems.empty()) check_against(where.file.definition, read.tree, read.check, problems);
  sort_problems(problems);
  if (!problems.empty()) return unexpected(std::move(problems));

  Problems doubts = doubts_about(read.tree, read.check, where.file.definition);
  sort_problems(doubts);
  LoadedCheck loaded{
      std::move(read.check), std::move(where.file.definition), {}, std::move(read.tree)};
  for (const Problem& doubt : doubts) loaded.warnings.push_back(doubt.str());
  return loaded;
}

}  // namespace canarygate
