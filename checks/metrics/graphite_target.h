/// Reading a Graphite target, such as `aliasByNode(servers.*.web.errors, 1)`.
///
/// graphite-web answers a target that it cannot read with no series at all, and leaves out whatever
/// follows one that it can: neither is an error there. So a target is read here first, by
/// graphite-web's grammar.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/result.h"

namespace canarygate::graphite {

struct Call {
  std::string function;
  std::size_t arguments = 0;  ///< also the one that a pipe hands over
};

/// The calls of a target, the inner ones before those around them.
[[nodiscard]] Result<std::vector<Call>, QueryFault> parse_target(const std::string& target);

/// What keeps graphite-web from reading `target` as it stands; nothing when it is well-formed.
[[nodiscard]] std::optional<QueryFault> fault_in_target(const std::string& target);

}  // namespace canarygate::graphite
