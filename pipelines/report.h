/// All that a reporter may print: what the gate found, and what the pipeline makes of it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "checks/outcome.h"

namespace canarygate {

struct Report {
  std::string program_version;  ///< canarygate's own
  std::string run_id;           ///< 26 characters, sortable by time
  Outcome outcome;
  bool soft_fail = false;  ///< by flag, variable or `mode: soft`
  std::optional<std::string> override_reason;
  std::string override_user;  ///< the CI user, "" when unknown
  int exit_code = 2;          ///< what the process returns
  int hard_exit_code = 2;     ///< without soft-fail and override
  std::map<std::string, std::string>
      ci;                    ///< provider, build_url, commit, author, …; empty outside CI
  std::string command_line;  ///< how to run it again by hand
};

/// Exit codes of INTERFACE.md 3. Pure.
[[nodiscard]] int hard_exit_code(const Outcome& outcome);
[[nodiscard]] int exit_code(const Outcome& outcome, bool soft_fail, bool overridden);

/// Of several checks in one run: interrupted if any was, else 1 if any is 1, else 2 if any is 2,
/// else 0.
[[nodiscard]] int exit_code(std::span<const Report> reports);
/// The first that applies to any of them: fail, trouble, no_data, undecided, pass. None: trouble.
[[nodiscard]] Verdict verdict(std::span<const Report> reports);

}  // namespace canarygate
