/// Checks out of what other tools are configured with: the interface of an importer, and the table
/// of them.
///
/// A new importer is one file with its function and one line in `importer.cpp`'s table. It carries
/// over what it can say exactly, lists what it leaves out, and refuses what it does not understand:
/// a check that silently asks less than its model did is the worst it could make.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/definition/problem.h"
#include "checks/import/draft.h"
#include "checks/result.h"

namespace canarygate {

struct ImportFile {
  std::string path;  ///< as the user gave it, for messages; `-` is stdin
  std::string text;
};

struct ImportOptions {
  /// The judge of the check, where the imported tool has one of its own.
  enum class Judge { own, placebo } judge = Judge::own;
};

struct ImportedCheck {
  DraftCheck draft;
  std::vector<LeftOut> left_out;
};

struct Imported {
  std::vector<ImportedCheck> checks;
  std::vector<LeftOut> left_out;  ///< of no check: what none was made from
};

struct Importer {
  std::string name;  ///< `import NAME FILE`
  std::string help;  ///< what FILE is, one line
  /// Of the files that a folder is searched for, each with its dot.
  std::vector<std::string> extensions;
  bool has_judge = false;  ///< it can be kept, or exchanged for the placebo judge
  /// Everything refused, in the order of its lines; nothing is imported then. `files` are all that
  /// were given, not empty: they may refer to each other.
  Result<Imported, Problems> (*read)(std::span<const ImportFile> files,
                                     const ImportOptions& options) = nullptr;
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const Importer> importers();

/// Null when there is none of that name.
[[nodiscard]] const Importer* find_importer(const std::string& name);

/// A check's file, ready to be written.
struct CheckFile {
  std::string name;  ///< it belongs to checks/NAME.yaml
  std::string text;
  std::size_t metrics = 0;
  std::vector<LeftOut> left_out;
};

struct ImportResult {
  std::vector<CheckFile> checks;  ///< at least one; their names are unique
  std::vector<LeftOut> left_out;
};

/// Reads `files` and writes the checks' texts, each of which was read back and found valid.
/// `name`: of the check, when there is only one. Problems: what the importer refuses; that nothing
/// was found to import; a name for more than one check.
[[nodiscard]] Result<ImportResult, Problems> import_checks(const Importer& importer,
                                                           std::span<const ImportFile> files,
                                                           const ImportOptions& options,
                                                           const std::optional<std::string>& name);

}  // namespace canarygate
