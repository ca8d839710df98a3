/// The functions behind the table in `reporter.cpp`, one a file.
#pragma once

#include <string>

#include "pipelines/report.h"

namespace canarygate {

[[nodiscard]] std::string render_text(const Report& report);
[[nodiscard]] std::string render_json(const Report& report);
[[nodiscard]] std::string render_junit(const Report& report);

}  // namespace canarygate
