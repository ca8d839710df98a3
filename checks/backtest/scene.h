/// Who is judged by what: the check, the hosts as they are found now, and its queries for them.
#pragma once

#include <string>
#include <vector>

#include "checks/backtest.h"
#include "checks/gate/backends.h"
#include "checks/gate/queries.h"
#include "checks/gate/tables.h"

namespace canarygate::backtest {

struct Scene {
  GateRequest request;  ///< its check has the metrics that are wanted
  gate::Backends backends;
  Hosts hosts;          ///< of both groups; none where tags tell them
  gate::Groups groups;  ///< the check's own
  gate::QueryPlan plan;
  Duration settle{0};

  [[nodiscard]] const CheckDefinition& check() const { return request.loaded.check; }
};

/// Asks discovery. Errors as the gate's, and ErrorKind::usage for a backend without a past.
[[nodiscard]] Result<Scene> set_scene(const Request& request, const Ports& ports);

/// The queries anew, once a part of the baseline was left out.
[[nodiscard]] Status plan_again(Scene& scene);

}  // namespace canarygate::backtest
