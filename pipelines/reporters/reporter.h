/// The table of reporters: each a pure function from a Report to text.
///
/// A new one is one file and one line in `reporter.cpp`'s table.
#pragma once

#include <span>
#include <string>

#include "pipelines/report.h"

namespace canarygate {

struct TextStyle {
  bool colour = false;
  int width = 80;  ///< columns to wrap at
};

struct ReporterType {
  std::string name;  ///< as in `--report NAME=PATH`
  std::string help;
  std::string (*render)(const Report& report);
  /// The same for several checks in one run, in one document.
  std::string (*render_all)(std::span<const Report> reports);
  /// Of a CI system that has a page for each step: the variable that names its file, to which the
  /// `markdown` report is appended. "" for none.
  std::string page_variable;
};

[[nodiscard]] std::span<const ReporterType> reporter_types();
[[nodiscard]] const ReporterType* find_reporter_type(const std::string& name);

/// The explanation of INTERFACE.md 4, for stdout and for the formats that have a field for it.
[[nodiscard]] std::string explain_text(const Report& report, const TextStyle& style);
/// Of several checks: a summary, then each.
[[nodiscard]] std::string explain_text(std::span<const Report> reports, const TextStyle& style);

/// JSON Schema of the JSON report (version 1), of one check or several, pretty-printed with a final
/// newline.
[[nodiscard]] std::string report_schema();

}  // namespace canarygate
