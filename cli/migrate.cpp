#include <fmt/format.h>

#include "checks/definition/parse.h"
#include "checks/definition/root_files.h"
#include "checks/number.h"
#include "checks/text.h"
#include "cli/commands.h"
#include "cli/failed.h"
#include "cli/subject.h"

namespace canarygate {

namespace {

namespace fs = std::filesystem;

struct Place {
  std::string path;
  std::string shown;
};

std::vector<Place> all_of(const ConfigRoot& root) {
  std::vector<Place> places;
  const auto add = [&](const fs::path& below) {
    places.push_back({(root.folder / below).string(), shown_path(root.folder, below)});
  };
  add(kRootFile);
  for (const Shelf& shelf : {kChecks, kEnvironments}) {
    for (const std::string& name : names_on(root.folder, shelf)) {
      add(fs::path(shelf.folder) / (name + ".yaml"));
    }
  }
  return places;
}

/// Adds what keeps the file from having a version that is known.
void look_at(const Place& place, Problems& problems) {
  const auto file = read_yaml(place.path, place.shown);
  if (!file) return problems.push_back(file.error());
  if (!readable(file->root, problems)) return;
  const YamlNode* version = file->root.find("version");
  if (version == nullptr) {
    problems.push_back(
        file->root.problem("there is no `version`; it must begin with `version: 1`"));
  } else if (parse_number<std::int64_t>(version->text) != 1) {
    problems.push_back(version->problem(
        fmt::format("'{}' is no version; there is only 1", printable(shorten(version->text, 60)))));
  }
}

}  // namespace

/// Version 1 is the first and the newest, so there is nothing to rewrite yet.
int run_migrate(const Options& options, Console& console) {
  std::vector<Place> places;
  for (const std::string& name : options.names) places.push_back({name, name});
  if (places.empty()) {
    const auto root = root_of(options);
    if (!root) return failed(root.error(), console);
    places = all_of(*root);
  }
  Problems problems;
  for (const Place& place : places) look_at(place, problems);
  if (!problems.empty()) return failed(problems, console);
  console.out << (places.size() == 1
                      ? std::string("nothing to migrate: the file is version 1\n")
                      : fmt::format("nothing to migrate: all {} files are version 1\n",
                                    places.size()));
  return 0;
}

}  // namespace canarygate
