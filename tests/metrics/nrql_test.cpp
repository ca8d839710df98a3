#include "checks/metrics/nrql.h"

#include <doctest/doctest.h>

#include <string>

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

const Grid kGrid{TimePoint(1'795'212'000'250ms), 60s, 4};
const std::string kRest =
    " SINCE 1795212000250 UNTIL 1795212240250 TIMESERIES 60 seconds LIMIT MAX";

std::string sent(const std::string& text, const std::string& label = "host") {
  const auto query = nrql::parse(text);
  if (query) return nrql::text_for(*query, label, kGrid);
  return "column " + std::to_string(query.error().column) + ": " + query.error().text;
}

}  // namespace

TEST_CASE("facet, time range and buckets are added, and every host is asked for") {
  CHECK(sent(" SELECT count(*) FROM Transaction WHERE error IS true\n") ==
        "SELECT count(*) FROM Transaction WHERE error IS true FACET host" + kRest);
  CHECK(sent("FROM Log SELECT average(`a b`)", "entity.name") ==
        "FROM Log SELECT average(`a b`) FACET entity.name" + kRest);
  CHECK(sent("FROM Log SELECT count(*)", "host name") ==
        "FROM Log SELECT count(*) FACET `host name`" + kRest);
  CHECK(sent("FROM Log SELECT count(*) FACET host, track") ==
        "FROM Log SELECT count(*) FACET host, track" + kRest);
}

TEST_CASE("what canarygate sets itself is refused with its column, what only looks so is not") {
  const std::string base = "SELECT count(*) FROM Transaction ";
  const std::string ours = "time range and buckets are canarygate's to set; leave `";
  CHECK(sent(base + "SINCE 1 hour ago") == "column 34: " + ours + "SINCE` out");
  CHECK(sent(base + "until now") == "column 34: " + ours + "UNTIL` out");
  CHECK(sent(base + "TimeSeries AUTO") == "column 34: " + ours + "TIMESERIES` out");
  CHECK(sent(base + "SLIDE BY 1 minute") == "column 34: " + ours + "SLIDE` out");
  CHECK(sent(base + "COMPARE WITH 1 day ago") ==
        "column 34: `COMPARE WITH` would mix in another time");
  CHECK(sent(base + "LIMIT 10") ==
        "column 34: `LIMIT` would leave hosts out; canarygate asks for all");
  CHECK(sent("SELECT count(*) FROM T WHERE h IN (SELECT h FROM T SINCE 1 day ago)") ==
        "column 52: " + ours + "SINCE` out");
  CHECK(sent("SELECT count(*) FROM T WHERE h IN (SELECT h FROM T LIMIT MAX)").ends_with(kRest));
  CHECK(sent("SELECT count(*) FROM T WHERE a = 'since \\' limit' AND `until` = \"timeseries\"")
            .ends_with(kRest));
}

TEST_CASE("one number of one query, nothing else") {
  const std::string begin = "column 1: a query begins with SELECT or FROM";
  for (const char* text : {"", "DELETE FROM T", "count(*)", "(SELECT 1)", "'x'", ";"}) {
    CAPTURE(text);
    CHECK(sent(text) == begin);
  }
  CHECK(sent("SELECT count(*), max(x) FROM T") ==
        "column 16: it selects more than one number; each is a metric of its own");
  CHECK(sent("FROM A, B SELECT percentile(x, 99) WHERE y IN (1, 2)").ends_with(kRest));
  CHECK(sent("SELECT count(*) FROM T; DELETE") ==
        "column 23: only one query can be asked; leave the `;` out");
  for (const char* comment : {"-- x", "// x", "/* x */"}) {
    CHECK(sent(std::string("SELECT count(*) FROM T ") + comment) ==
          "column 24: leave comments out; what canarygate adds would be part of one");
  }
  CHECK(sent("SELECT count(* FROM T") == "column 13: this parenthesis is never closed");
  CHECK(sent("SELECT count(*)) FROM T") ==
        "column 16: nothing is open that this parenthesis could close");
  CHECK(sent("SELECT x FROM \u00e9 WHERE 'a") == "column 23: this quote is never closed");
}

TEST_CASE(
    "a query that only counts is known, since 0 is a number of nothing there and nowhere else") {
  const auto counts = [](const std::string& text) { return nrql::parse(text).value().counts; };
  CHECK(counts("SELECT count(*) FROM T"));
  CHECK(counts("FROM T SELECT filter(count(*), WHERE error IS true) WHERE average(x) > 1"));
  CHECK(counts("SELECT rate(count(*), 1 minute) FROM T"));
  CHECK(counts("SELECT uniqueCount(user) FROM T"));
  CHECK_FALSE(counts("SELECT average(duration) FROM T"));
  CHECK_FALSE(counts("SELECT sum(x) / count(*) FROM T"));
  CHECK_FALSE(counts("SELECT percentage(count(*), WHERE error IS true) FROM T"));
  CHECK_FALSE(counts("SELECT filter(max(x), WHERE y) FROM T"));
}
