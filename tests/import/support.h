/// What the importers' tests share: running one on a text, and reading its check as the program
/// would.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "checks/definition/library.h"
#include "checks/import/importer.h"

namespace canarygate::test {

/// The definition that a check's text is read as; the test fails when anything is wrong with it.
inline CheckDefinition read_back(const std::string& text, const std::string& name) {
  auto yaml = parse_yaml(text, name + ".yaml");
  REQUIRE_MESSAGE(yaml.has_value(), yaml.error().str());
  REQUIRE_MESSAGE(yaml->problems.empty(), yaml->problems.front().str());
  ReadCheck read = read_check(yaml->root, name, {});
  REQUIRE_MESSAGE(read.problems.empty(), read.problems.front().str());
  return std::move(read.check);
}

/// A check that was imported: its text, and what it is read as.
struct Import {
  std::string text;
  CheckDefinition check;
  std::vector<std::string> left_out;  ///< `where: what`
};

/// Of a group that is a list in the check itself.
inline std::vector<std::string> names_of(const GroupSpec& group) {
  CHECK(group.source == "hosts");
  return group.selection.get<std::vector<std::string>>("names");
}

inline std::vector<std::string> lines_of(const std::vector<LeftOut>& left_out) {
  std::vector<std::string> lines;
  for (const LeftOut& one : left_out) lines.push_back(one.where + ": " + one.what);
  return lines;
}

inline ImportResult import_all(const std::string& kind, const std::vector<ImportFile>& files,
                               const ImportOptions& options = {}) {
  const Importer* importer = find_importer(kind);
  REQUIRE(importer != nullptr);
  auto result = import_checks(*importer, files, options, std::nullopt);
  if (!result) FAIL(result.error().front().str());
  return std::move(*result);
}

/// The only check that `text` gives.
inline Import import_one(const std::string& kind, const std::string& path, const std::string& text,
                         const ImportOptions& options = {}) {
  const ImportResult result = import_all(kind, {{path, text}}, options);
  REQUIRE(result.checks.size() == 1);
  const CheckFile& file = result.checks.front();
  return {file.text, read_back(file.text, file.name), lines_of(file.left_out)};
}

/// Why `text` is refused, a line a problem.
inline std::vector<std::string> refusals(const std::string& kind, const std::string& path,
                                         const std::string& text,
                                         const ImportOptions& options = {}) {
  const Importer* importer = find_importer(kind);
  REQUIRE(importer != nullptr);
  const std::vector<ImportFile> files = {{path, text}};
  const auto result = import_checks(*importer, files, options, std::nullopt);
  REQUIRE_FALSE(result.has_value());
  std::vector<std::string> lines;
  for (const Problem& problem : result.error()) lines.push_back(problem.str());
  return lines;
}

}  // namespace canarygate::test
