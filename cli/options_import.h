/// What `import` can be told, and its part of the command line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/import/importer.h"
#include "checks/result.h"
#include "cli/flag_source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): theirs
class App;
}

namespace canarygate {

struct ImportWish {
  const Importer* importer = nullptr;
  std::vector<std::string> inputs;  ///< files, folders, or `-`; at least one
  std::optional<std::string> name;  ///< a valid name of a check
  ImportOptions options;
  std::optional<std::string> output;  ///< a config root to write into; nothing: stdout
  bool force = false;                 ///< replace checks that are there
};

/// As given; nothing where it was not.
struct RawImport {
  std::string kind;
  std::vector<std::string> inputs;
  std::optional<std::string> name, judge, output;
  bool force = false;
};

void add_import(CLI::App& command, RawImport& raw);

/// `variables`: which variable each flag came from that was not given itself, by flag.
[[nodiscard]] Result<ImportWish> read_import(const RawImport& raw, const FlagVariables& variables);

}  // namespace canarygate
