#include "checks/metrics/influxql.h"

#include <doctest/doctest.h>

#include <string>

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{1'795'212'003s};

std::string sent(const std::string& text, Grid grid = {kStart, 15s, 4}) {
  const auto query = influxql::parse(text);
  if (query) return influxql::text_for(*query, grid);
  return "column " + std::to_string(query.error().column) + ": " + query.error().text;
}

/// `middle` in the place of a WHERE clause's end and what follows.
std::string after_where(const std::string& middle) {
  return sent("SELECT sum(\"v\") FROM m WHERE $timeFilter " + middle);
}

const std::string kRange = "time > 1795212003000ms AND time <= 1795212063000ms";
const std::string kTag = "GROUP BY time($__interval), \"host\"";

}  // namespace

TEST_CASE("the range is the window's, and buckets begin 1 ns after ours, offset as the window is") {
  CHECK(sent(R"(SELECT mean("v") FROM "m" WHERE "host" =~ /^(a|b)$/ AND $timeFilter )"
             R"(GROUP BY time($__interval), "host" fill(null))") ==
        R"(SELECT mean("v") FROM "m" WHERE "host" =~ /^(a|b)$/ AND )" + kRange +
            R"( GROUP BY time(15000ms, 3000000001ns), "host" fill(null))");
  CHECK(sent("select sum(v) from m where $timeFilter group by host, time($interval)",
             {TimePoint(1'795'212'000'250ms), 500ms, 2}) ==
        "select sum(v) from m where time > 1795212000250ms AND time <= 1795212001250ms group by "
        "host, time(500ms, 250000001ns)");
}

TEST_CASE("{{step}}, filled in or not yet, is as good as $__interval") {
  for (const char* step : {"15s", "15000ms", "vvvvvvvv"}) {
    CHECK(after_where(std::string("GROUP BY time(") + step + "), *") ==
          "SELECT sum(\"v\") FROM m WHERE " + kRange + " GROUP BY time(15000ms, 3000000001ns), *");
  }
  const auto query = influxql::parse("SELECT sum(v) FROM m WHERE $timeFilter GROUP BY time(1m), h");
  REQUIRE(query.has_value());
  CHECK(query->intervals == std::vector<std::string>{"1m"});
}

TEST_CASE("subqueries have the range put in too, and keep shorter buckets of their own") {
  CHECK(sent("SELECT max(x) FROM (SELECT derivative(last(v), 1s) AS x FROM m WHERE $timeFilter "
             "GROUP BY time(5s), host) WHERE $timeFilter GROUP BY time($__interval), host") ==
        "SELECT max(x) FROM (SELECT derivative(last(v), 1s) AS x FROM m WHERE " + kRange +
            " GROUP BY time(5s), host) WHERE " + kRange +
            " GROUP BY time(15000ms, 3000000001ns), host");
}

TEST_CASE("what stands in literals and comments is nobody's keyword") {
  for (const std::string text : {
           R"(SELECT mean("into") FROM "a;b" WHERE x = 'now() ; limit 5' AND $timeFilter )",
           "SELECT mean(v) FROM /into.*/ WHERE x !~ /limit 5;/ AND $timeFilter ",
           "SELECT mean(v) /* limit 5 ; $x */ FROM m -- into $y\n WHERE $timeFilter ",
           "SELECT mean(a) / mean(b) FROM m WHERE $timeFilter ",
           R"(SELECT mean("it\"s") FROM m WHERE x = 'don\'t ; ' AND $timeFilter )",
       }) {
    CAPTURE(text);
    CHECK(influxql::parse(text + kTag).has_value());
  }
}

TEST_CASE("what would not be all of the host's own numbers is refused with its column") {
  CHECK(sent("DROP MEASUREMENT m") ==
        "column 1: a query begins with SELECT; nothing else is ever sent");
  CHECK(sent("") == "column 1: a query begins with SELECT; nothing else is ever sent");
  CHECK(sent("SELECT mean(v) INTO x FROM m WHERE $timeFilter " + kTag) ==
        "column 16: `INTO` would write to the database");
  CHECK(after_where(kTag + "; DROP DATABASE x") ==
        "column 76: only one query can be asked; leave the `;` out");
  CHECK(sent("SELECT mean(a), mean(b) FROM m WHERE $timeFilter " + kTag) ==
        "column 15: it selects more than one number; each is a metric of its own");
  CHECK(sent("SELECT mean(v) FROM m " + kTag) ==
        "column 57: it has no time range; write `$timeFilter` into its WHERE");
  CHECK(after_where("GROUP BY host") ==
        "column 55: it has no buckets; write `GROUP BY time($__interval), \"host\"`");
  CHECK(after_where("GROUP BY time($__interval)") ==
        "column 51: group by the tag that names the host too: `GROUP BY time($__interval), "
        "\"host\"`");
  for (const char* fill : {"0", "previous", "linear", "100"}) {
    CHECK(after_where(kTag + " fill(" + fill + ")") ==
          "column 77: this fill would make a host that stopped writing look alive; leave it out, "
          "or write fill(null)");
  }
  CHECK(after_where(kTag + " fill(none)").find("fill(none)") != std::string::npos);
  CHECK(after_where(kTag + " LIMIT 5") ==
        "column 77: `LIMIT` would cut the answer short; leave it out");
  CHECK(after_where(kTag + " slimit 1") ==
        "column 77: `slimit` would cut the answer short; leave it out");
}

TEST_CASE("times and buckets that are not the check's are refused with their column") {
  CHECK(after_where("AND time > now() - 1h " + kTag) ==
        "column 46: the time range is canarygate's to set; write `$timeFilter`");
  CHECK(after_where("AND \"time\" >= 5 " + kTag) ==
        "column 46: the time range is canarygate's to set; write `$timeFilter`");
  CHECK(after_where("AND now() > 1 " + kTag) ==
        "column 46: the time range is `$timeFilter`, not now()");
  CHECK(after_where("GROUP BY time($__interval, 5s), host") ==
        "column 67: canarygate sets the offset of the buckets itself; leave it out");
  CHECK(after_where("GROUP BY time(), host") ==
        "column 51: write `time($__interval)`: the buckets are the check's steps");
  CHECK(after_where("GROUP BY time($width), host") ==
        "column 51: write `time($__interval)`: the buckets are the check's steps");
  CHECK(after_where("AND x = $__interval " + kTag) ==
        "column 50: `$__interval` can only stand in `GROUP BY time($__interval)`; elsewhere write "
        "{{step}}");
  CHECK(after_where("AND host =~ $host " + kTag) ==
        "column 54: `$host` is not known; known are `$timeFilter` and `$__interval`, and "
        "canarygate's own are written {{name}}");
}

TEST_CASE("what is never closed is refused where it was opened, in characters") {
  CHECK(sent("SELECT mean(v") == "column 12: this parenthesis is never closed");
  CHECK(sent("SELECT mean(v))") == "column 15: nothing is open that this parenthesis could close");
  CHECK(sent("SELECT mean('é) FROM") == "column 13: this quote is never closed");
  CHECK(sent("SELECT 'é', mean(\"v") == "column 18: this quote is never closed");
  CHECK(sent("SELECT x FROM /a") == "column 15: this regular expression is never closed");
  CHECK(sent("SELECT x /* y") == "column 10: this comment is never closed");
}
