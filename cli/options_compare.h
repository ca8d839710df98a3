/// What `compare` can be told, and its part of the command line.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "checks/definition/model.h"
#include "checks/result.h"
#include "cli/flag_source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): theirs
class App;
}

namespace canarygate {

struct CompareOptions {
  enum class Judge { mann_whitney, kayenta, placebo } judge = Judge::mann_whitney;
  std::string canary;  ///< a file, or `-`; empty with `batch`
  std::string baseline;
  std::string batch;       ///< a file of JSON lines, or `-`; empty without
  std::size_t column = 0;  ///< from 1; 0: the files have only one
  Worse worse = Worse::either;
  double allow = 0;  ///< a fraction
  double false_alarms = 0.01;
  double confidence = 0.98;
  /// `worse` came from --alternative: the interval is open on the other side, as in R.
  bool open_interval = false;
};

/// `mann-whitney`
[[nodiscard]] const char* to_string(CompareOptions::Judge judge);

/// As given; nothing where it was not.
struct RawCompare {
  std::optional<std::string> judge, canary, baseline, batch, column, worse, allow, false_alarms,
      alternative, confidence;
};

void add_compare(CLI::App& command, RawCompare& raw);

/// `variables`: which variable each flag came from that was not given itself, by flag.
[[nodiscard]] Result<CompareOptions> read_compare(const RawCompare& raw,
                                                  const FlagVariables& variables);

}  // namespace canarygate
