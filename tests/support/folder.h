/// Where the tests' own files are.
#pragma once

#include <filesystem>

namespace canarygate::test {

/// The source tree's tests/, absolute.
[[nodiscard]] std::filesystem::path tests_folder();

}  // namespace canarygate::test
