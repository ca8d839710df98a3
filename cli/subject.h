/// From the command line to what the gate is asked: the root, the check, its environment.
#pragma once

#include "checks/definition/load.h"
#include "checks/gate.h"
#include "cli/options.h"

namespace canarygate {

[[nodiscard]] Result<ConfigRoot, Problems> root_of(const Options& options);

/// The check that the options name, as it is to be run; who owns stdout is not known here.
[[nodiscard]] Result<GateRequest, Problems> request_of(const Options& options,
                                                       const ConfigRoot& root);

/// One line a problem, escaped for a terminal.
[[nodiscard]] std::string format_problems(const Problems& problems);

/// How to run this again by hand: the check, its deploy and what was chosen by flags; never
/// --override. Only a deploy that did not happen is to be run again; a window that was only watched
/// is gone, and the line looks at what the canary does now.
[[nodiscard]] std::string command_line(const Options& options, const Outcome& outcome);

}  // namespace canarygate
