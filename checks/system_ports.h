/// The real doors to the world, except the network (http/curl.h).
#pragma once

#include <memory>

#include "checks/ports.h"

namespace canarygate {

/// `sleep` notices an interrupt within 50 ms.
[[nodiscard]] std::unique_ptr<Clock> make_system_clock();

/// What this process was started with.
[[nodiscard]] std::unique_ptr<Variables> make_system_variables();

/// `output_of` runs a command in a process group of its own, without input and without our open
/// files; its stderr is ours. At its limit, when it prints too much, or when `interrupt` is raised,
/// the whole group is killed. For `run` see program.h, for `start` running_process.h.
[[nodiscard]] std::unique_ptr<Processes> make_system_processes(Interrupt& interrupt);

}  // namespace canarygate
