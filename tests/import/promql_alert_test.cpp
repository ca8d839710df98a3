#include "checks/import/promql_alert.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace canarygate;

namespace {

/// Each alert as `query > number [guard]`, each reason after a `!`, joined by `; `.
std::string taken(const std::string& query) {
  const auto root = promql::outline(query);
  REQUIRE(root.has_value());
  const PromqlAlerts found = alerts_of(*root, query);
  std::vector<std::string> parts;
  for (const PromqlAlert& alert : found.alerts) {
    std::string part =
        fmt::format("{} {}{} {}", alert.measured->place.of(query), alert.above ? '>' : '<',
                    alert.includes_threshold ? "=" : "", alert.threshold);
    for (const std::string& guard : alert.guards) part += " [" + guard + "]";
    parts.push_back(std::move(part));
  }
  for (const std::string& reason : found.reasons) parts.push_back("!" + reason);
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

TEST_CASE("an alert is a query and the number it is held against, on whichever side") {
  CHECK(taken("x > 0.05") == "x > 0.05");
  CHECK(taken("5 < x") == "x > 5");
  CHECK(taken("5 >= x") == "x <= 5");
  CHECK(taken("(sum(x) / sum(y)) >= 1e3") == "sum(x) / sum(y) >= 1000");
  CHECK(taken("((x)) < -(2 * 0x10)") == "x < -32");
  CHECK(taken("a - b > bool 1 + 1") == "a - b > 2");
  CHECK(taken("x > Inf") == "x > inf");
}

TEST_CASE("what else must hold is a guard, and each side of `or` an alert") {
  CHECK(taken("x > 5 and on () up == 1") == "x > 5 [and on () up == 1]");
  CHECK(taken("x > 5 and y < 1 unless z") == "x > 5 [unless z] [and y < 1]");
  CHECK(taken("up and x > 5") == "x > 5 [up and]");
  CHECK(taken("(x > 5) or (y < 1 and z)") == "x > 5; y < 1 [and z]");
  CHECK(taken("(x > 5 or y < 1) and z") == "x > 5 [and z]; y < 1 [and z]");
}

TEST_CASE("what is held against no number is told with the reason") {
  CHECK(taken("up == 0") == "!`up == 0` asks for one exact value, which is no limit");
  CHECK(taken("x != 1 or y > 2") == "y > 2; !`x != 1` asks for one exact value, which is no limit");
  CHECK(taken("absent(x)") ==
        "!`absent(x)` is about series that are not there; canarygate itself fails a canary that "
        "falls silent");
  CHECK(taken("vector(1)") == "!`vector(1)` is compared with no number");
  CHECK(taken("x > y") == "!`x > y` compares two queries with each other");
  CHECK(taken("1 > 2") == "!`1 > 2` compares two numbers with each other");
  CHECK(taken("x > 5 > 2") == "x > 5 > 2");
}
