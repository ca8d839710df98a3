/// `--only METRIC`: a check of some of its metrics.
#pragma once

#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/result.h"

namespace canarygate::gate {

/// Leaves `check` the metrics that `only` names; all where it names none. ErrorKind::usage: a name
/// that no metric has.
[[nodiscard]] Status narrow_metrics(CheckDefinition& check, const std::vector<std::string>& only);

}  // namespace canarygate::gate
