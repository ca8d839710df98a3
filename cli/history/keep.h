/// What `check` has to do with the history: past deploys are learnt before, the run is recorded
/// after.
///
/// Whatever goes wrong with the history is a warning on stderr, and never changes the exit code.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/subject.h"
#include "pipelines/report.h"

namespace canarygate {

/// How long before a deploy another may lie and still touch a window of its history, or a
/// reference.
[[nodiscard]] Duration history_reach(const CheckDefinition& check);

/// Tells each of `requests` of the deploys of its check that `spec` knows of, up to the one that is
/// judged. None where there is no store yet. In one visit to the store.
Status recall(const HistorySpec& spec, const Options& options, const Ports& ports,
              std::span<GateRequest* const> requests);

/// What it means that recall() failed, for the warning.
[[nodiscard]] std::string not_recalled(const Error& error);

class HistoryKeeper {
 public:
  /// Reads the past deploys of all `subjects` into their requests. Keeps nothing open. Does
  /// nothing, now and later, with --no-history or where a definition is not valid.
  HistoryKeeper(const Options& options, const ConfigRoot* root, Subjects& subjects,
                const Ports& ports, Console& console);

  /// `code`: what the process returns.
  void record(const std::vector<Report>& reports, int code);

 private:
  void warn(const std::string& what, const Error& error);

  const Options& options_;
  const Ports& ports_;
  Console& console_;
  std::optional<HistorySpec> spec_;
  std::vector<std::string> definitions_;  ///< a hash a subject
};

}  // namespace canarygate
