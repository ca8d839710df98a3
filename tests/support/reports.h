/// Reports to render: one for each way that a run can end.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipelines/report.h"

namespace canarygate::test {

/// A report of each scenario under the name of its golden files.
[[nodiscard]] std::vector<std::pair<std::string, Report>> all_reports();

/// One of them; an unknown name fails the test.
[[nodiscard]] Report report_named(const std::string& name);

/// A report in which everything that comes from outside tries to break out of where it is printed.
[[nodiscard]] Report hostile_report(const std::string& payload);

}  // namespace canarygate::test
