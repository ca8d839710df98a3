/// Who was started by whom, from /proc.
#pragma once

#include <sys/types.h>

#include <vector>

namespace canarygate {

/// `process` and those of its descendants that are in the process group `group`. Only itself where
/// /proc cannot be read.
[[nodiscard]] std::vector<pid_t> family_of(pid_t process, pid_t group);

}  // namespace canarygate
