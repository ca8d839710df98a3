#include "checks/duration.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace canarygate {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("a duration is a sum of numbers with units") {
  CHECK(parse_duration("15s") == seconds(15));
  CHECK(parse_duration("500ms") == milliseconds(500));
  CHECK(parse_duration("1h30m") == minutes(90));
  CHECK(parse_duration("7d") == hours(168));
  CHECK(parse_duration("0s") == seconds(0));
}

TEST_CASE("what is not a duration is refused, not guessed") {
  for (const char* text : {"", "15", "s", "1.5m", "-1s", "+1s", "5 m", "5M", "1w", "99999999999d",
                           "9223372036854775807ms", "3661d", "5mm", "m5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("a duration is written in the fewest words and reads back as itself") {
  CHECK(format_duration(minutes(5)) == "5m");
  CHECK(format_duration(seconds(90)) == "1m30s");
  CHECK(format_duration(hours(24)) == "1d");
  CHECK(format_duration(milliseconds(0)) == "0s");
  for (const std::int64_t ms : {1LL, 999LL, 1000LL, 61'001LL, 86'399'999LL, 90'061'001LL}) {
    CHECK(parse_duration(format_duration(milliseconds(ms))) == milliseconds(ms));
  }
}

TEST_CASE("a percentage needs its sign") {
  CHECK(parse_percentage("1%") == doctest::Approx(0.01));
  CHECK(parse_percentage("12.5%") == doctest::Approx(0.125));
  CHECK(parse_percentage("-5%") == doctest::Approx(-0.05));
  for (const char* text : {"", "%", "5", "5 %", "inf%", "nan%", "5%%", "1e400%"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_percentage(text).has_value());
  }
}

TEST_CASE("times are RFC 3339 with any offset, or Unix seconds") {
  const TimePoint expected = from_unix_seconds(1'795'212'778);
  CHECK(parse_time("2026-11-20T22:12:58Z") == expected);
  CHECK(parse_time("2026-11-20T23:12:58+01:00") == expected);
  CHECK(parse_time("2026-11-20T16:42:58-05:30") == expected);
  CHECK(parse_time("2026-11-20 22:12:58.250Z") == expected + milliseconds(250));
  CHECK(parse_time("1795212778") == expected);
  CHECK(parse_time("1795212778.25") == expected + milliseconds(250));
}

TEST_CASE("what is not a time is refused") {
  for (const char* text :
       {"", "yesterday", "2026-11-20", "2026-11-20T22:12:58", "2026-02-30T00:00:00Z",
        "2026-11-20T24:00:00Z", "2026-11-20T22:12:58.Z", "1795212778000", "-5", "1.2.3",
        "2026-11-20T22:12:58Zx", "2026-11-20T22:12:58+25:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("a time is written in UTC and reads back as itself") {
  const TimePoint time = from_unix_seconds(1'795'212'778.25);
  CHECK(format_time(time) == "2026-11-20T22:12:58.250Z");
  CHECK(format_time(from_unix_seconds(0)) == "1970-01-01T00:00:00Z");
  CHECK(parse_time(format_time(time)) == time);
  CHECK(format_time_of_day(time) == "22:12:58 UTC");
}

}  // namespace canarygate
