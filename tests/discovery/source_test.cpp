#include "checks/discovery/source.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace canarygate;

TEST_CASE("sources are sorted, found by name, and nobody stands in for an unknown one") {
  CHECK(std::ranges::is_sorted(source_types(), {}, &SourceType::name));
  for (const SourceType& type : source_types()) CHECK(find_source_type(type.name) == &type);
  CHECK(find_source_type("konsul") == nullptr);
  CHECK(find_source_type("") == nullptr);
}

TEST_CASE("every key of a source is declared once and explained, and every narrowing key exists") {
  for (const SourceType& type : source_types()) {
    CAPTURE(type.name);
    CHECK_FALSE(type.help.empty());
    CHECK_FALSE(type.narrowing_keys.empty());
    std::set<std::string> selectable;
    for (const auto& keys : {type.connection_keys, type.selection_keys}) {
      std::set<std::string> names;
      for (const Key& key : keys) {
        CAPTURE(key.name);
        CHECK(names.insert(key.name).second);
        CHECK_FALSE(key.help.empty());
        CHECK((key.kind == KeyKind::choice) == !key.choices.empty());
      }
      selectable = names;
    }
    CHECK(selectable.contains("as"));
    for (const std::string& key : type.narrowing_keys) CHECK(selectable.contains(key));
  }
}
