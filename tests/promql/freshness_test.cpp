#include "checks/promql/freshness.h"

#include <doctest/doctest.h>

#include <fstream>

#include "checks/promql/tokens.h"
#include "checks/text.h"
#include "tests/support/folder.h"

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

std::string with_line_breaks(std::string text) {
  for (std::size_t at = 0; (at = text.find("\\n", at)) != std::string::npos; ++at) {
    text.replace(at, 2, "\n");
  }
  return text;
}

}  // namespace

// The same table is run against a real Prometheus by tests/acceptance/test_prometheus_backend.py.
TEST_CASE(
    "instant selectors are cut off where there is no fresh sample, and nothing else changes") {
  std::ifstream table(test::tests_folder() / "data/promql_freshness.tsv");
  REQUIRE(table.good());
  int cases = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    const auto columns = split(line, '\t');
    REQUIRE_MESSAGE(columns.size() == 3, line);
    CAPTURE(columns[0]);
    const auto fresh = require_fresh(with_line_breaks(columns[0]), 30s);
    CHECK(fresh.value_or("-") == with_line_breaks(columns[1]));
    ++cases;
  }
  CHECK(cases >= 50);
}

TEST_CASE("a query of any garbage is read or left, never more") {
  const std::string alphabet = "ab:(){}[],\"'`#\\\n @+-=~.5mx offset by";
  std::uint32_t state = 1;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    std::string query;
    for (std::uint32_t length = i % 24; length > 0; --length) {
      state = state * 1664525U + 1013904223U;
      query += alphabet[(state >> 16U) % alphabet.size()];
    }
    CAPTURE(query);
    const auto fresh = require_fresh(query, 30s);
    if (fresh) CHECK(fresh->size() >= query.size());
  }
}

TEST_CASE("the ends of a range are found as modifiers only") {
  const auto uses = [](std::string_view query) {
    return promql::uses_range_ends(*promql::tokenize(query));
  };
  CHECK(uses("a @ start()"));
  CHECK(uses("rate(a[5m] @ end())"));
  CHECK_FALSE(uses("start{a=\"@ end()\"} @ 5 + end"));
}
