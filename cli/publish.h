/// What a run ends with: the explanation on the screen, and every report where it was asked for.
#pragma once

#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "pipelines/report.h"

namespace canarygate {

[[nodiscard]] bool on_stdout(const std::vector<ReportTarget>& targets);

/// Prints the explanation, writes all reports and returns the exit code. `as_list`: as of several
/// checks, also where there is one; else there is exactly one. A report that could not be written
/// is exit 2, whatever the verdict: the pipeline that asked for it would show an old one. The page
/// of the CI system that `variables` name is an extra: failing that only warns. The reports' exit
/// codes are those of the process then.
[[nodiscard]] int publish(std::vector<Report>& reports, bool as_list,
                          const std::vector<ReportTarget>& targets, const Variables& variables,
                          Console& console);

}  // namespace canarygate
