/// `--evidence FILE`.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"
#include "pipelines/report.h"

namespace canarygate {

/// Writes what the reports' outcomes were judged from. Where that cannot be done it says so, and
/// the reports return 2, as when one of themselves cannot be written.
void save_evidence(const std::string& path, bool as_list, std::vector<Report>& reports,
                   Console& console);

}  // namespace canarygate
