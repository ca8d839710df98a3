/// `compare --batch`: a question a line in, its answer a line out, for comparing this program with
/// others and for scripts.
#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "cli/options_compare.h"

namespace canarygate {

/// Answers every line that it can. What was wrong with the others goes to `err`, each with its
/// line; then the exit code is 2, else 0. Blank lines are passed over.
int run_batch(std::istream& in, const std::string& name, const CompareOptions& options,
              std::ostream& out, std::ostream& err);

}  // namespace canarygate
