/// Starting `/bin/sh -c` and saying how it ended: what all programs that we run have in common.
///
/// None of them gets our open files above stderr, our signal mask, or our deafness to SIGPIPE. What
/// was ignored when we were started (nohup, the background of a script) stays ignored.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "checks/result.h"

namespace canarygate {

struct ShellSetting {
  bool own_group = true;     ///< a process group of its own, numbered as the process; else ours
  bool reads_stdin = false;  ///< ours; else /dev/null
  int input = -1;            ///< our descriptor that becomes its stdin; -1: as said above
  int output = 1;            ///< our descriptor that becomes its stdout
  int errors = 2;            ///< our descriptor that becomes its stderr
  std::vector<std::pair<std::string, std::string>> variables{};  ///< beside our own environment
};

/// The process's number; an errno on failure.
[[nodiscard]] Result<pid_t, int> spawn_shell(const std::string& command,
                                             const ShellSetting& setting);

/// Of a status that waitpid gave: "" for exit 0, `exit status 3`, `ended by signal 9`.
[[nodiscard]] std::string describe_end(int status);

/// What an errno means.
[[nodiscard]] std::string error_text(int number);

}  // namespace canarygate
