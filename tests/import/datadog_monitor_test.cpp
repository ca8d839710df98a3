#include "checks/import/datadog_monitor.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/duration.h"
#include "checks/import/datadog_per_host.h"

using namespace canarygate;

namespace {

/// Each part of a monitor's query, joined by ` | `.
std::string apart(const std::string& query) {
  const auto monitor = take_monitor_apart(query);
  if (!monitor) return "refused: " + monitor.error();
  return fmt::format("{} | {} | {}{} | {} | {} {}", monitor->over_time,
                     format_duration(monitor->window), monitor->change, monitor->wrapper,
                     monitor->expression, monitor->comparison, monitor->threshold);
}

std::string query_of(const std::string& query) {
  const auto result = datadog_per_host(query);
  return result ? result->query : "refused: " + result.error();
}

std::string scale_reason(const std::string& query) {
  const auto result = datadog_per_host(query);
  if (!result) return "refused: " + result.error();
  return result->other_scale + (result->counts ? " counts" : "");
}

}  // namespace

TEST_CASE("a monitor's query is taken apart into its parts") {
  CHECK(apart("avg(last_5m):avg:system.load.1{role:web} by {host} > 4") ==
        "avg | 5m |  | avg:system.load.1{role:web} by {host} | > 4");
  CHECK(apart("  min( last_1h ) :max:x{a:b}<=-2.5e3 ") == "min | 1h |  | max:x{a:b} | <= -2500");
  CHECK(apart("sum(last_10m):( sum:a{x>1}.as_count() / sum:b{*}.as_count() ) * 100 >= 5") ==
        "sum | 10m |  | ( sum:a{x>1}.as_count() / sum:b{*}.as_count() ) * 100 | >= 5");
  CHECK(apart("avg(current_1d):avg:x{*} > 1") == "avg | 0s |  | avg:x{*} | > 1");
  CHECK(apart("pct_change(avg(last_5m),last_1h):avg:x{*} by {host} < -50") ==
        "avg | 5m | pct_change | avg:x{*} by {host} | < -50");
  CHECK(apart("avg(last_4h):anomalies(avg:x{*} by {host}, 'basic', 2, direction='above') >= 1") ==
        "avg | 4h | anomalies | avg:x{*} by {host} | >= 1");
  CHECK(apart("max(next_1w):forecast(avg:x{a:b,c:d}, 'linear', 1) <= 0") ==
        "max | 0s | forecast | avg:x{a:b,c:d} | <= 0");
  CHECK(take_monitor_apart("avg(last_4h):anomalies(avg:x{*}, 'basic', 2, direction='below') >= 1")
            ->direction == "below");
}

TEST_CASE("what is no metric monitor's query is refused as it is written") {
  constexpr const char* kShape =
      "refused: its query is not `avg(last_5m):QUERY > NUMBER` or the "
      "like: ";
  CHECK(apart("1001 && 1002") == std::string(kShape) + "1001 && 1002");
  CHECK(apart("\"datadog.agent.up\".over(\"*\").last(2).count_by_status()") ==
        std::string(kShape) + "\"datadog.agent.up\".over(\"*\").last(2).count_by_status()");
  CHECK(apart("avg(last_5m):avg:x{*} by {host}") ==
        std::string(kShape) + "avg(last_5m):avg:x{*} by {host}");
  CHECK(apart("avg(last_5m):avg:x{*} > many") ==
        std::string(kShape) + "avg(last_5m):avg:x{*} > many");
  CHECK(apart("avg(last_5m:avg:x{*} > 1") == std::string(kShape) + "avg(last_5m:avg:x{*} > 1");
  CHECK(apart("") == kShape);
  CHECK(apart("avg(last_5m):avg:x{*} == 0") ==
        "refused: `== 0` asks for one exact value, which is no limit");
}

TEST_CASE("scopes get the hosts and every metric is grouped by host") {
  CHECK(query_of("avg:x{*}") == "avg:x{host IN ({{hosts}})} by {host}");
  CHECK(query_of("avg:x{role:web,env:prod} by {host}") ==
        "avg:x{role:web AND env:prod AND host IN ({{hosts}})} by {host}");
  CHECK(query_of("avg:x{a:1 AND b:2} by { host }") ==
        "avg:x{a:1 AND b:2 AND host IN ({{hosts}})} by {host}");
  CHECK(query_of("avg:x{a:1 OR b:2}") == "avg:x{(a:1 OR b:2) AND host IN ({{hosts}})} by {host}");
  CHECK(query_of("avg:x{host:web-1,a:1}") == "avg:x{a:1 AND host IN ({{hosts}})} by {host}");
  CHECK(query_of("avg:x{*} by {pod_name}") == "avg:x{pod_name IN ({{hosts}})} by {pod_name}");
  CHECK(query_of("avg:x{*} by {service,az}") == "avg:x{host IN ({{hosts}})} by {host}");
  CHECK(query_of("abs(sum:a{*}.as_rate() - sum:b{*} by {host}.as_rate())") ==
        "abs(sum:a{host IN ({{hosts}})} by {host}.as_rate() - "
        "sum:b{host IN ({{hosts}})} by {host}.as_rate())");
}

TEST_CASE("a rollup keeps its method and loses its length") {
  CHECK(query_of("avg:x{*} by {host}.rollup(max, 60)") ==
        "avg:x{host IN ({{hosts}})} by {host}.rollup(max)");
  CHECK(query_of("avg:x{*} by {host}.rollup(60)") == "avg:x{host IN ({{hosts}})} by {host}");
  CHECK(query_of("sum:x{*} by {host}.as_count().rollup(avg, 60)") ==
        "sum:x{host IN ({{hosts}})} by {host}.as_count()");
}

TEST_CASE("zeros for missing numbers are kept only where something real divides them") {
  CHECK(query_of("default_zero(sum:a{*} by {host}.as_count())") ==
        "(sum:a{host IN ({{hosts}})} by {host}.as_count())");
  CHECK(query_of("avg:a{*} by {host}.fill(zero)") == "avg:a{host IN ({{hosts}})} by {host}");
  CHECK(query_of("avg:a{*} by {host}.fill(last, 300)") == "avg:a{host IN ({{hosts}})} by {host}");
  CHECK(query_of("100 * default_zero(sum:a{*}) / sum:b{*}") ==
        "100 * default_zero(sum:a{host IN ({{hosts}})} by {host}) / "
        "sum:b{host IN ({{hosts}})} by {host}");
  CHECK(query_of("sum:a{*}.fill(zero) / sum:b{*}") ==
        "sum:a{host IN ({{hosts}})} by {host}.fill(zero) / "
        "sum:b{host IN ({{hosts}})} by {host}");
  CHECK(query_of("sum:a{*} / default_zero(sum:b{*})") ==
        "sum:a{host IN ({{hosts}})} by {host} / (sum:b{host IN ({{hosts}})} by {host})");
}

TEST_CASE("what cannot be asked for each host is refused") {
  CHECK(query_of("avg:x{*} - week_before(avg:x{*})") ==
        "refused: it reads another time (`week_before()`); canarygate itself compares with the "
        "baseline and with the past");
  CHECK(query_of("top(avg:x{*} by {host}, 5, 'mean', 'desc')") ==
        "refused: `top()` picks hosts, and a check compares all of them");
  CHECK(query_of("abs(anomalies(avg:x{*}, 'basic', 2))") ==
        "refused: `anomalies()` within it makes something else of the metric");
  CHECK(query_of("12 + 3") == "refused: its query names no metric as in avg:METRIC{SCOPE}: 12 + 3");
  CHECK(query_of("avg:x{*") == "refused: a bracket or a quote in its query is not closed");
  CHECK(query_of("{*} by {host}") ==
        "refused: its query cannot be asked: column 1 of `{host IN ({{hosts}})} by {host}`: there "
        "is no metric in front of this scope");
}

TEST_CASE("a monitor's number is one for a host unless it added up over hosts or parts") {
  CHECK(scale_reason("avg:a{*} by {host}").empty());
  CHECK(scale_reason("avg:a{*}").empty());
  CHECK(scale_reason("sum:a{*} / sum:b{*}").empty());
  CHECK(scale_reason("sum:a{*}.as_count() / sum:b{*}.as_count() * 100").empty());
  CHECK(scale_reason("sum:a{*}") == "it was about all hosts together, and this is about each");
  CHECK(scale_reason("avg:a{*} by {host,device}") ==
        "it was about parts of a host, and this is about a host as a whole");
  CHECK(scale_reason("sum:a{*} + avg:b{*}") ==
        "it mixes what adds up over hosts with what does not");
  CHECK(scale_reason("sum:a{*} by {host}.as_count()") == " counts");
}
