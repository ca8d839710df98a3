/// Who is canary and who is baseline: a check's two groups, asked from their sources and put
/// together.
#pragma once

#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/definition/variables.h"
#include "checks/hosts.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate {

struct RosterRequest {
  const CheckDefinition& check;
  const EnvironmentDefinition& environment;
  std::vector<std::string> canary_hosts;    ///< --canary; asked instead of discovery when not empty
  std::vector<std::string> baseline_hosts;  ///< --baseline
  VariableValues variables;                 ///< for `expect.label` and selections' texts
};

/// What was found. A group given by `tags` has no hosts here: its series tell (series_table.h).
struct Roster {
  Hosts hosts;
  /// Fewer canaries than `expect.hosts`, or a label that is not as expected; in words, empty when
  /// met.
  std::vector<std::string> unmet;
};

/// Asks each source once, both groups at the same time where they share a source. Errors
/// (ErrorKind::discovery, timeout, interrupted, secret): a source that failed; a host in both
/// groups. ErrorKind::no_hosts: no canary; no baseline where one is wanted. Each says which group,
/// what was asked, and what to look at.
[[nodiscard]] Result<Roster> find_hosts(const RosterRequest& request, const Ports& ports,
                                        Duration patience);

}  // namespace canarygate
