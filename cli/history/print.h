/// Recorded runs as text for people and as JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "pipelines/history/record.h"

namespace canarygate {

/// A table with a line a run; "" where there is none.
[[nodiscard]] std::string runs_text(const std::vector<history::Record>& records);
/// {version, runs: []}, without the reports.
[[nodiscard]] std::string runs_json(const std::vector<history::Record>& records);

[[nodiscard]] std::string run_text(const history::Record& record);
/// With `report`, the JSON report.
[[nodiscard]] std::string run_json(const history::Record& record);
/// The same on one line.
[[nodiscard]] std::string run_line(const history::Record& record);

/// What was marked, in a sentence.
[[nodiscard]] std::string mark_text(const history::Record& record);

}  // namespace canarygate
