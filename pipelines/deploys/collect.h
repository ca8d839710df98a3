/// All events that carry some tags, however many requests that takes.
#pragma once

#include <vector>

#include "pipelines/deploys/event_source.h"

namespace canarygate::deploys {

/// By `whole`'s tags and time exactly. What cannot be had whole is an error: ErrorKind::backend,
/// ::timeout when `patience` ran out, ::interrupted, ::secret or ::definition.
[[nodiscard]] Result<std::vector<Event>> collect(const EventSource& source, const Piece& whole,
                                                 const Ports& ports, Duration patience);

}  // namespace canarygate::deploys
