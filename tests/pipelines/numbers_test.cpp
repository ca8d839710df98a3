#include "pipelines/numbers.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace canarygate {

TEST_CASE("a quantity is rounded to what matters and carries its unit") {
  struct Row {
    double value;
    const char* unit;
    const char* text;
  };
  const std::vector<Row> rows{
      {0.41, "1/s", "0.41 1/s"},
      {2.937, "1/s", "2.9 1/s"},
      {12.0, "%", "12 %"},
      {0.0, "s", "0 s"},
      {1.2042, "s", "1.2 s"},
      {0.35, "s", "350 ms"},
      {0.0004, "s", "400 us"},
      {2e-9, "s", "2 ns"},
      {119.0, "s", "119 s"},
      {150.0, "s", "2.5 min"},
      {9000.0, "s", "2.5 h"},
      {350.0, "ms", "350 ms"},
      {1500.0, "ms", "1.5 s"},
      {42.0, "us", "42 us"},
      {-0.02, "s", "-20 ms"},
      {512.0, "bytes", "512 bytes"},
      {3250585.6, "bytes", "3.1 MiB"},
      {1073741824.0, "bytes", "1 GiB"},
      {2199023255552.0, "bytes", "2 TiB"},
      {0.0123, "none", "0.012"},
      {128.4, "none", "128"},
      {4821.0, "none", "4821"},
      {48210.0, "none", "48,210"},
      {1234567.0, "none", "1,234,567"},
      {-1234567.0, "none", "-1,234,567"},
      {5e9, "none", "5.0e+09"},
      {0.00001234, "none", "1.2e-05"},
      {7.0, "jobs", "7 jobs"},
      {std::numeric_limits<double>::quiet_NaN(), "s", "unknown s"},
  };
  for (const Row& row : rows) CHECK(format_quantity(row.value, row.unit) == row.text);
}

TEST_CASE("a change is written in one unit and with enough digits to be seen") {
  CHECK(format_change(0.4137, 2.937, "1/s") == "0.41 1/s → 2.9 1/s");
  CHECK(format_change(0.35, 1.2, "s") == "0.35 s → 1.2 s");
  CHECK(format_change(1.2042, 1.2399, "s") == "1.20 s → 1.24 s");
  CHECK(format_change(1.20421, 1.20439, "s") == "1.2042 s → 1.2044 s");
  CHECK(format_change(1.2, 1.2, "s") == "1.2 s → 1.2 s");
  CHECK(format_change(1.2, 1.2000000001, "s") == "1.2000 s → 1.2000 s");
  CHECK(format_change(0, 3, "none") == "0 → 3");
  CHECK(format_change(1000, 2097152, "bytes") == "0.00095 MiB → 2 MiB");
}

TEST_CASE("a signed change says its direction") {
  CHECK(format_signed_percent(0.38) == "+38 %");
  CHECK(format_signed_percent(-0.041) == "-4.1 %");
  CHECK(format_signed_percent(1.27) == "+127 %");
  CHECK(format_signed_percent(6.07) == "+610 %");
  CHECK(format_signed_percent(0.0004) == "0 %");
  CHECK(format_signed_percent(-1.0) == "-100 %");
  CHECK(format_signed_percent(123.4) == "+12,340 %");
  CHECK(format_signed_quantity(2.5, "1/s") == "+2.5 1/s");
  CHECK(format_signed_quantity(-0.02, "s") == "-20 ms");
}

TEST_CASE("a probability is said as how often") {
  CHECK(format_odds(0.01) == "1 time in 100");
  CHECK(format_odds(0.05) == "1 time in 20");
  CHECK(format_odds(0.03) == "1 time in 33");
  CHECK(format_odds(0.5) == "1 time in 2");
  CHECK(format_odds(0.3) == "30 times in 100");
  CHECK(format_odds(0.08) == "8 times in 100");
  CHECK(format_odds(1.0 / 2001.0) == "1 time in 2000");
  CHECK(format_odds(0.0001) == "1 time in 10,000");
}

}  // namespace canarygate
