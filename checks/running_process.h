/// A command started for `--deploy`, as a shell would have run it in our place.
///
/// With a controlling terminal it is in our process group: it may ask and be answered, and ctrl-C
/// and ctrl-Z reach it from the terminal as they reach us, once. Without one (CI, cron) it leads a
/// group of its own, so that a signal reaches all it has started. Signals typed at the terminal are
/// therefore not passed on in the first case; others go to the command and to what it has started
/// that stayed in our group.
///
/// Nothing here ever kills it: a deploy stopped half way is worse than one that takes long. When
/// the object goes before the end was seen, it waits for it, so that there is no zombie.
#pragma once

#include <memory>

#include "checks/ports.h"

namespace canarygate {

/// `interrupt` must outlive it; while it runs, it is the interrupt's ward.
[[nodiscard]] Result<std::unique_ptr<RunningProcess>> start_process(const std::string& command,
                                                                    bool stdout_to_stderr,
                                                                    Interrupt& interrupt);

}  // namespace canarygate
