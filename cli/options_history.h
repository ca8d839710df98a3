/// The command line of `history`, a sub-command an action.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/result.h"
#include "cli/flag_source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): theirs
class App;
}

namespace canarygate {

struct HistoryOptions {
  enum class Action { list, show, stats, mark, prune, export_runs } action = Action::list;
  std::string check;  ///< only this check; "" for all
  std::string id;     ///< of `show` and `mark`
  std::string mark;   ///< right, wrong or none
  std::string note;
  std::optional<TimePoint> since;  ///< --since as a time
  std::optional<Duration> ago;     ///< or as a length of time before now
  Duration older_than{0};          ///< of `prune`
  std::int64_t limit = 20;         ///< of `list`; 0 for all
  std::string html;                ///< of `stats`: the page's file, "" for none
};

/// As given; nothing where it was not.
struct RawHistory {
  std::string check, id, mark, note, html;
  std::optional<std::string> since, older_than, limit;
};

/// The sub-commands of `history`; the caller adds what all commands have.
[[nodiscard]] std::vector<CLI::App*> add_history(CLI::App& history, RawHistory& raw);

/// `action`: the sub-command's name. `variables`: which variable each flag came from that was not
/// given itself, by flag.
[[nodiscard]] Result<HistoryOptions> read_history(const std::string& action, const RawHistory& raw,
                                                  const FlagVariables& variables);

}  // namespace canarygate
