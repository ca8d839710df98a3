#include "checks/metrics/backend.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace canarygate;

TEST_CASE("the table of backends is sorted by name, each once, with help for it and its keys") {
  const auto types = backend_types();
  CHECK(std::ranges::is_sorted(types, std::less_equal(), &BackendType::name));
  for (const BackendType& type : types) {
    CAPTURE(type.name);
    CHECK_FALSE(type.help.empty());
    const bool can_be_made = type.make != nullptr;
    CHECK(can_be_made);
    std::set<std::string> names;
    for (const Key& key : type.keys) {
      CAPTURE(key.name);
      CHECK_FALSE(key.help.empty());
      CHECK(names.insert(key.name).second);
      CHECK((key.kind == KeyKind::choice) == !key.choices.empty());
    }
  }
}

TEST_CASE("a backend is found by its exact name") {
  REQUIRE(find_backend_type("prometheus") != nullptr);
  CHECK(find_backend_type("prometheus")->name == "prometheus");
  CHECK(find_backend_type("file") != nullptr);
  CHECK(find_backend_type("Prometheus") == nullptr);
  CHECK(find_backend_type("") == nullptr);
}
