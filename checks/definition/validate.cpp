#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checks/definition/doubts.h"
#include "checks/definition/library.h"
#include "checks/definition/load.h"
#include "checks/definition/root_files.h"
#include "checks/definition/templates.h"

namespace canarygate {

namespace fs = std::filesystem;

namespace {

/// Looks at everything under a root, each check alone and in each environment.
class Validator {
 public:
  explicit Validator(const ConfigRoot& root) : root_(root) {}

  Validation everything() {
    result_.checked.push_back(kRootFile);
    for (const Shelf& shelf : {kChecks, kEnvironments}) {
      add(result_.problems, misnamed_on(root_.folder, shelf));
      for (const std::string& name : names_on(root_.folder, shelf)) {
        result_.checked.push_back(fmt::format("{}/{}.yaml", shelf.folder, name));
      }
    }
    read_environments();
    for (const std::string& name : check_names(root_)) look_at(name);
    sort_problems(result_.problems);
    sort_problems(result_.warnings);
    std::ranges::sort(result_.checked);
    return std::move(result_);
  }

 private:
  static void add(Problems& all, const Problems& more) {
    all.insert(all.end(), more.begin(), more.end());
  }

  void read_environments() {
    const std::vector<std::string> names = names_on(root_.folder, kEnvironments);
    if (names.empty() || !root_.backends.empty()) places_.push_back(environment_of_root(root_));
    for (const std::string& name : names) {
      ReadEnvironment read = read_environment(root_, name);
      for (const auto& [variable, value] : read.file.definition.vars) defined_.insert(variable);
      if (read.problems.empty()) {
        places_.push_back(std::move(read.file));
      } else {
        all_readable_ = false;
        add(result_.problems, read.problems);
      }
    }
  }

  void look_at(const std::string& name) {
    const auto file = read_from(root_.folder, kChecks, name);
    if (!file) return result_.problems.push_back(file.error());
    add(result_.problems, file->problems);
    const ReadCheck alone = read_check(file->root, name, {});
    add(result_.problems, alone.problems);
    look_at_variables(alone.tree, alone.check);
    if (!alone.problems.empty()) return;

    Problems elsewhere;
    std::size_t runs_in = 0;
    for (const EnvironmentFile& place : places_) {
      const ReadCheck there = read_check(file->root, name, place);
      add(result_.problems, there.problems);
      if (!there.problems.empty()) continue;
      look_at_variables(there.tree, there.check);
      Problems missing;
      check_against(place.definition, there.tree, there.check, missing);
      if (missing.empty()) {
        ++runs_in;
        add(result_.warnings, doubts_about(there.tree, there.check, place.definition));
      }
      add(elsewhere, missing);
    }
    // Not every check is for every environment, but it must be for one.
    const bool nowhere = runs_in == 0 && all_readable_;
    add(nowhere ? result_.problems : result_.warnings, elsewhere);
  }

  void look_at_variables(const YamlNode& tree, const CheckDefinition& check) {
    std::set<std::string> defined = defined_;
    for (const auto& [variable, value] : check.vars) defined.insert(variable);
    check_known_variables(tree, defined, result_.problems);
  }

  const ConfigRoot& root_;
  Validation result_;
  std::vector<EnvironmentFile> places_;  // in which checks may run
  std::set<std::string> defined_;        // variables of any environment
  bool all_readable_ = true;
};

std::string same_file(const fs::path& path) {
  std::error_code ignored;
  return fs::weakly_canonical(path, ignored).string();
}

void keep_only(Problems& problems, const std::set<std::string>& shown) {
  std::erase_if(problems, [&](const Problem& problem) { return !shown.contains(problem.file); });
}

}  // namespace

Validation validate(const ConfigRoot& root, const std::vector<fs::path>& files) {
  Validation all = Validator(root).everything();
  if (files.empty()) return all;

  std::map<std::string, std::string> below;  // a file's true path to its path below the root
  for (const std::string& file : all.checked) below[same_file(root.folder / file)] = file;
  std::set<std::string> shown;
  std::set<std::string> checked;
  Problems strangers;
  for (const fs::path& file : files) {
    const auto found = below.find(same_file(file));
    if (found != below.end()) {
      checked.insert(found->second);
      shown.insert(shown_path(root.folder, found->second));
    } else {
      const bool misnamed = file.extension() == ".yml";
      strangers.push_back(
          {file.string(), 0, 0,
           misnamed
               ? fmt::format("this file is not read; rename it to {}.yaml", file.stem().string())
               : fmt::format("no definition of the root '{}': that has canarygate.yaml, "
                             "checks/*.yaml and environments/*.yaml",
                             root.folder.string())});
    }
  }
  keep_only(all.problems, shown);
  keep_only(all.warnings, shown);
  all.problems.insert(all.problems.end(), strangers.begin(), strangers.end());
  sort_problems(all.problems);
  all.checked.assign(checked.begin(), checked.end());
  return all;
}

}  // namespace canarygate
