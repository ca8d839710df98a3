#include "tests/support/folder.h"

namespace canarygate::test {

// Defined for this file alone: the others then compile to the same objects in any checkout.
std::filesystem::path tests_folder() { return TESTS_DIR; }

}  // namespace canarygate::test
