#include "pipelines/reporters/reporter.h"

#include <doctest/doctest.h>

namespace canarygate {

TEST_CASE("every reporter of the table is found by its name, and no other") {
  for (const ReporterType& type : reporter_types()) {
    CHECK(find_reporter_type(type.name) == &type);
    CHECK_FALSE(type.help.empty());
  }
  CHECK(find_reporter_type("html5") == nullptr);
  CHECK(find_reporter_type("") == nullptr);
}

}  // namespace canarygate
