#include "checks/metrics/datadog_query.h"

#include <doctest/doctest.h>

#include <vector>

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

std::string sent(const std::string& query, Duration step = 30s) {
  const auto rolled = datadog::roll_up(query, step);
  REQUIRE_MESSAGE(rolled.has_value(), rolled.error().text);
  return rolled->text;
}

std::string fault(const std::string& query, Duration step = 30s) {
  const auto rolled = datadog::roll_up(query, step);
  REQUIRE_FALSE(rolled.has_value());
  return std::to_string(rolled.error().column) + ": " + rolled.error().text;
}

}  // namespace

TEST_CASE("each metric of a query is rolled up to the step, by the method that fits it") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"avg:cpu{*} by {host}", "avg:cpu{*} by {host}.rollup(avg, 30)"},
      {"cpu{*}by{host}", "cpu{*}by{host}.rollup(avg, 30)"},
      {"max:cpu {team IN (a, b)} by {host} ",
       "max:cpu {team IN (a, b)} by {host}.rollup(avg, 30) "},
      {"sum:hits{*} by {host}.as_count()", "sum:hits{*} by {host}.as_count().rollup(sum, 30)"},
      {"sum:hits{*} by {host}.as_rate()", "sum:hits{*} by {host}.as_rate().rollup(sum, 30)"},
      {"p99:latency{*} by {host}", "p99:latency{*} by {host}.rollup(30)"},
      {"p99.9:latency{*} by {host}", "p99.9:latency{*} by {host}.rollup(30)"},
      {"count(v: v<10):latency{*} by {host}.as_count()",
       "count(v: v<10):latency{*} by {host}.as_count().rollup(sum, 30)"},
      {"avg:cpu{*} by {host}.fill(null)", "avg:cpu{*} by {host}.rollup(avg, 30).fill(null)"},
      {"sum:e{a:b,c:d} by {host}.as_count() / sum:t{*} by {host}.as_count()",
       "sum:e{a:b,c:d} by {host}.as_count().rollup(sum, 30) / "
       "sum:t{*} by {host}.as_count().rollup(sum, 30)"},
      {"100*sum:e{*} by {host}/sum:t{*} by {host}",
       "100*sum:e{*} by {host}.rollup(avg, 30)/sum:t{*} by {host}.rollup(avg, 30)"},
      {"per_minute(avg:cpu{*} by {host})", "per_minute(avg:cpu{*} by {host}.rollup(avg, 30))"},
      {"anomalies(avg:cpu{*} by {host}, 'basic {', 2)",
       "anomalies(avg:cpu{*} by {host}.rollup(avg, 30), 'basic {', 2)"},
  };
  for (const auto& [query, expected] : cases) CHECK(sent(query) == expected);
}

TEST_CASE("a rollup of the query's own keeps its method and place, and gets the step") {
  CHECK(sent("avg:cpu{*} by {host}.rollup(max)") == "avg:cpu{*} by {host}.rollup(max, 30)");
  CHECK(sent("avg:cpu{*} by {host}.fill(null).rollup(min, 30)") ==
        "avg:cpu{*} by {host}.fill(null).rollup(min, 30)");
  CHECK(sent("avg:cpu{*} by {host}.rollup(30)") == "avg:cpu{*} by {host}.rollup(avg, 30)");
  CHECK(sent("sum:hits{*} by {host}.as_count().rollup(sum)") ==
        "sum:hits{*} by {host}.as_count().rollup(sum, 30)");
}

TEST_CASE("the places of the metrics are where they stand in the query that is sent") {
  const auto rolled = datadog::roll_up("sum:a{*} by {host} / default_zero(sum:b{*})", 10s);
  REQUIRE(rolled.has_value());
  std::vector<std::string> terms;
  for (const auto& term : rolled->terms) {
    terms.push_back(rolled->text.substr(term.begin, term.end - term.begin));
  }
  CHECK(terms ==
        std::vector<std::string>{"sum:a{*} by {host}.rollup(avg, 10)", "sum:b{*}.rollup(avg, 10)"});
}

TEST_CASE(
    "a list is sent with commas, and conditions beside it with words, as Datadog documents it") {
  CHECK(sent("avg:cpu{service:web AND host IN (a OR b OR c)} by {host}") ==
        "avg:cpu{service:web AND host IN (a, b, c)} by {host}.rollup(avg, 30)");
  CHECK(sent("avg:cpu{host in (a or b) AND (x:1 OR x:2) AND y NOT IN (c OR d)} by {host}") ==
        "avg:cpu{host in (a, b) AND (x:1 OR x:2) AND y NOT IN (c, d)} by {host}.rollup(avg, 30)");
  CHECK(sent("avg:cpu{service:web,env:prod, host IN (a OR b)} by {host}") ==
        "avg:cpu{service:web AND env:prod AND host IN (a, b)} by {host}.rollup(avg, 30)");
  CHECK(sent("avg:cpu{service:web,!env:prod} by {host}") ==
        "avg:cpu{service:web,!env:prod} by {host}.rollup(avg, 30)");
}

TEST_CASE("a rollup that contradicts the step or the counting is refused, with what to write") {
  CHECK(fault("avg:cpu{*} by {host}.rollup(max, 60)") ==
        "21: `.rollup(max, 60)` contradicts the check's `step` of 30s; write `.rollup(max)`, and "
        "the step is added");
  CHECK(fault("avg:cpu{*} by {host}.rollup(60)") ==
        "21: `.rollup(60)` contradicts the check's `step` of 30s; leave it out, and the step is "
        "added");
  CHECK(fault("avg:cpu{*} by {host}.rollup(sum, daily, 'UTC')") ==
        "21: `.rollup(sum, daily, 'UTC')` has no length that canarygate knows; write "
        "`.rollup(sum)`, and the check's `step` is added");
  CHECK(fault("sum:hits{*} by {host}.as_count().rollup(avg)") ==
        "33: `.as_count()` is the number of events in a step, and `.rollup(avg)` would make "
        "something else of it; write `.rollup(sum)` or leave it out");
  CHECK(fault("avg:cpu{*} by {host}.rollup(avg).rollup(max)") ==
        "33: a metric has one `.rollup` at most");
  CHECK(fault("(avg:a{*} by {host} + avg:b{*} by {host}).rollup(avg, 60)") ==
        "42: a `.rollup` belongs behind the metric itself; canarygate adds it there, so leave this "
        "one out");
}

TEST_CASE("what is no query for a series a host is refused, with its column in characters") {
  CHECK(fault("system.cpu.idle") ==
        "1: it names no metric; write it as avg:METRIC{SCOPE} by {host}");
  CHECK(fault("") == "1: it names no metric; write it as avg:METRIC{SCOPE} by {host}");
  CHECK(fault("avg:cpu{*}") == "1: it does not say `by {host}`, so no series would be one host's");
  CHECK(fault("1 + {*} by {host}") == "5: there is no metric in front of this scope");
  CHECK(fault("avg:{*} by {host}") == "5: there is no metric in front of this scope");
  CHECK(fault("avg:cpu{ä:ö") == "8: this brace is not closed");
  CHECK(fault("avg:cpu{ä} by {host}.rollup(avg, 60)").starts_with("21: `.rollup(avg, 60)`"));
  CHECK(fault("avg:cpu{*} by {host") == "15: this brace is not closed");
  CHECK(fault("avg:cpu{*} by {host}.rollup(avg") == "28: this parenthesis is not closed");
  CHECK(fault("f(avg:cpu{*} by {host}, 'x)") == "25: this quote is not closed");
}

TEST_CASE("offline the same faults are told but those of the step") {
  CHECK_FALSE(datadog::fault_in("avg:cpu{*} by {host}.rollup(max, 60)"));
  CHECK_FALSE(datadog::fault_in("sum:x{host IN (vvvvvvvvv)} by {host}.as_count()"));
  const auto found = datadog::fault_in("avg:cpu{*}");
  REQUIRE(found);
  CHECK(found->text == "it does not say `by {host}`, so no series would be one host's");
}

TEST_CASE("functions that put numbers where there are none are warned of, and uneven steps") {
  const auto warnings = [](const std::string& query, Duration step) {
    return datadog::roll_up(query, step)->warnings;
  };
  CHECK(warnings("avg:cpu{*} by {host}.fill(null)", 15s).empty());
  CHECK(warnings("sum:hits{*} by {host}.as_count()", 30s).empty());
  CHECK(warnings("avg:cpu{*} by {host}.fill(last, 60)", 15s) ==
        std::vector<std::string>{
            "`.fill(last, 60)` puts numbers where there are none, so a host that stopped may look "
            "alive; leave it out where a missing number is no zero"});
  CHECK(warnings("default_zero(avg:cpu{*} by {host})", 15s) ==
        std::vector<std::string>{
            "`default_zero()` puts numbers where there are none, so a host that stopped may look "
            "alive; leave it out where a missing number is no zero"});
  CHECK(warnings("sum:hits{*} by {host}.as_count()", 15s) ==
        std::vector<std::string>{
            "Datadog's agent sends counts every 10s, so steps of 15s hold now more, now fewer of "
            "them; a `step` of 10s, 30s or 1m has as many each time"});
}
