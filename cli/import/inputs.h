/// The files that `import` is given.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "checks/definition/problem.h"
#include "checks/import/importer.h"
#include "checks/result.h"

namespace canarygate {

/// Reads `inputs`: a file whatever it is called, `-` from `stdin_stream`, and of a folder all files
/// below it with one of `extensions`, sorted, but for those in hidden folders. Everything that
/// cannot be read is a Problem.
[[nodiscard]] Result<std::vector<ImportFile>, Problems> read_inputs(
    const std::vector<std::string>& inputs, const std::vector<std::string>& extensions,
    std::istream& stdin_stream);

}  // namespace canarygate
