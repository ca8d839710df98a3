#include "checks/definition/root_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/definition/shape.h"
#include "checks/text.h"

namespace canarygate {

namespace fs = std::filesystem;

namespace {

/// What lies on a shelf, hidden files left out, sorted. A shelf that is not there is empty.
std::vector<fs::path> files_on(const fs::path& root, const Shelf& shelf) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(root / shelf.folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    const bool hidden = at->path().filename().string().front() == '.';
    if (!hidden && at->is_regular_file(ignored)) files.push_back(at->path().filename());
  }
  std::ranges::sort(files);
  return files;
}

bool is_name(const std::string& name) { return matches(name, shapes::kNamePattern); }

}  // namespace

std::string shown_path(const fs::path& root, const fs::path& below) {
  return (root / below).lexically_normal().string();
}

std::vector<std::string> names_on(const fs::path& root, const Shelf& shelf) {
  std::vector<std::string> names;
  for (const fs::path& file : files_on(root, shelf)) {
    if (file.extension() == ".yaml" && is_name(file.stem().string())) names.push_back(file.stem());
  }
  std::ranges::sort(names);
  return names;
}

Problems misnamed_on(const fs::path& root, const Shelf& shelf) {
  Problems problems;
  for (const fs::path& file : files_on(root, shelf)) {
    const std::string shown = shown_path(root, fs::path(shelf.folder) / file);
    if (file.extension() == ".yml") {
      problems.push_back(
          {shown, 0, 0,
           fmt::format("this file is not read; rename it to {}.yaml", file.stem().string())});
    } else if (file.extension() == ".yaml" && !is_name(file.stem().string())) {
      problems.push_back(
          {shown, 0, 0,
           fmt::format("this file is not read; a name of {} has letters, digits, . _ and - only",
                       shelf.folder)});
    }
  }
  return problems;
}

std::string no_such(const Shelf& shelf, const std::string& name,
                    const std::vector<std::string>& known) {
  const std::string begin = fmt::format("no {} '{}'", shelf.what, shorten(name, 60));
  if (known.empty()) return begin + fmt::format("; there is no file in {}/ yet", shelf.folder);
  const std::string meant = nearest(name, known);
  if (!meant.empty()) return begin + fmt::format("; did you mean '{}'?", meant);
  return begin + "; there is " + list_of(known, 20);
}

Result<YamlFile, Problem> read_from(const fs::path& root, const Shelf& shelf,
                                    const std::string& name) {
  const std::vector<std::string> known = names_on(root, shelf);
  const fs::path folder(shelf.folder);
  if (std::ranges::find(known, name) != known.end()) {
    return read_yaml((root / folder / (name + ".yaml")).string(),
                     shown_path(root, folder / (name + ".yaml")));
  }
  Problem problem{shown_path(root, folder), 0, 0, no_such(shelf, name, known)};
  std::error_code ignored;
  if (is_name(name) && fs::exists(root / folder / (name + ".yml"), ignored)) {
    problem.text = fmt::format("'{0}.yml' is not read; rename it to {0}.yaml", name);
  }
  return unexpected(problem);
}

}  // namespace canarygate
