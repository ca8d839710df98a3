/// From the command line to what the gate is asked: the root, the check, its environment.
#pragma once

#include <string>
#include <vector>

#include "checks/definition/load.h"
#include "checks/gate.h"
#include "cli/options.h"

namespace canarygate {

[[nodiscard]] Result<ConfigRoot, Problems> root_of(const Options& options);

/// A check as the options want it run; who owns stdout is not known here.
[[nodiscard]] Result<GateRequest, Problems> request_of(const Options& options,
                                                       const ConfigRoot& root,
                                                       const std::string& check);

/// The checks that the options name, in order, or those of the environment (`--all`).
struct Subjects {
  std::vector<std::string> names;  ///< "" where it is not even known which they are
  std::vector<Result<GateRequest, Problems>> requests;  ///< one a name
  Problems problems;                                    ///< of all, each once; empty: all can run
};
[[nodiscard]] Subjects subjects_of(const Options& options,
                                   const Result<ConfigRoot, Problems>& root);

/// One word for a POSIX shell, quoted where it must be.
[[nodiscard]] std::string shell_word(const std::string& text);

/// One line a problem, escaped for a terminal.
[[nodiscard]] std::string format_problems(const Problems& problems);

/// How to run this check again by hand: its deploy and what was chosen by flags; never --override.
/// Only a deploy that did not happen is to be run again, and then for all the checks that it was
/// for; a window that was only watched is gone, and the line looks at what the canary does now.
[[nodiscard]] std::string command_line(const Options& options, const Outcome& outcome);

}  // namespace canarygate
