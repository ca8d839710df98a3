#include "checks/definition/units.h"

#include <doctest/doctest.h>

namespace canarygate {

TEST_CASE("a quantity is a number and its unit") {
  const auto q = parse_quantity("10.5 MiB");
  REQUIRE(q);
  CHECK(q->number == 10.5);
  CHECK(q->unit == "MiB");
  CHECK(parse_quantity("-3")->unit.empty());
  CHECK(parse_quantity("1e3")->number == 1000);
  CHECK_FALSE(parse_quantity("fast"));
}

TEST_CASE("units of one kind convert by their sizes") {
  const auto converted = [](double number, const char* from, const char* to) {
    return number * unit_factor(from, to).value();
  };
  CHECK(converted(2, "s", "ms") == doctest::Approx(2000));
  CHECK(converted(1500, "ms", "s") == doctest::Approx(1.5));
  CHECK(converted(3, "us", "ms") == doctest::Approx(0.003));
  CHECK(converted(1.5, "GiB", "bytes") == 1610612736.0);
  CHECK(converted(10, "KB", "bytes") == 10000);
  CHECK(converted(10, "KB/s", "MB/s") == doctest::Approx(0.01));
  CHECK(converted(60, "1/min", "1/s") == doctest::Approx(1));
  CHECK(converted(5, "/s", "1/s") == 5);
  CHECK(converted(5, "%", "%") == 5);
  CHECK(converted(5, "widgets", "widgets") == 5);
}

TEST_CASE("units of different kinds do not convert") {
  CHECK_FALSE(unit_factor("s", "bytes"));
  CHECK_FALSE(unit_factor("s", "1/s"));
  CHECK_FALSE(unit_factor("%", "none"));
  CHECK_FALSE(unit_factor("s", "parsecs"));
  CHECK_FALSE(unit_factor("1/B", "1/s"));
}

}  // namespace canarygate
