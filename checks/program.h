/// Running a program to its end, within limits, and taking in what it prints.
///
/// It gets its stdin as a file, so that one which never reads it cannot hang us and one that ends
/// early cannot kill us. It leads a process group of its own; when its time is over, when it prints
/// too much, or when we are interrupted, the whole group is killed.
#pragma once

#include "checks/ports.h"

namespace canarygate {

/// As Processes::run.
[[nodiscard]] Result<ProgramEnd> run_program(const ProgramRun& program, const Interrupt& interrupt);

/// As Processes::output_of; its stderr is ours.
[[nodiscard]] Result<std::string> output_of_shell(const std::string& command, Duration limit,
                                                  const Interrupt& interrupt);

}  // namespace canarygate
