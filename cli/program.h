/// The whole program but for `main`: argv in, exit code out.
#pragma once

#include <ostream>

namespace canarygate {

/// `environment`: NAME=VALUE, null-terminated. Installs handlers for SIGINT and SIGTERM: the first
/// one lets the command write what it has seen, a second one ends the process at once.
int run_program(int argc, const char* const* argv, const char* const* environment,
                std::ostream& out, std::ostream& err);

}  // namespace canarygate
