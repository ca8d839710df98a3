/// How the run went: settings, window, hosts, times, and the build it belongs to.
#pragma once

#include <string>

#include "pipelines/report.h"

namespace canarygate::html {

[[nodiscard]] std::string run_section(const Report& report);

}  // namespace canarygate::html
