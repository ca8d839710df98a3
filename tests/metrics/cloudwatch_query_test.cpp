#include "checks/metrics/cloudwatch_query.h"

#include <doctest/doctest.h>

#include "checks/metrics/cloudwatch.h"
#include "checks/metrics/cloudwatch_request.h"

using namespace canarygate;
using namespace canarygate::cloudwatch;
using namespace std::chrono_literals;

namespace {

MetricQuery metric(const std::string& text) {
  const auto query = parse_query(text);
  REQUIRE_MESSAGE(query.has_value(), text << ": " << query.error().text);
  REQUIRE(std::holds_alternative<MetricQuery>(*query));
  return std::get<MetricQuery>(*query);
}

SearchQuery search(const std::string& text) {
  const auto query = parse_query(text);
  REQUIRE_MESSAGE(query.has_value(), text << ": " << query.error().text);
  REQUIRE(std::holds_alternative<SearchQuery>(*query));
  return std::get<SearchQuery>(*query);
}

}  // namespace

TEST_CASE("a query names namespace, metric, statistic and dimensions") {
  const MetricQuery query = metric(
      "AWS/ApplicationELB HTTPCode_Target_5XX_Count Sum\n"
      "  {LoadBalancer=app/web/50dc6c495c0c9188, TargetGroup=targetgroup/a/1 OR targetgroup/b/2}");
  CHECK(query.name_space == "AWS/ApplicationELB");
  CHECK(query.metric == "HTTPCode_Target_5XX_Count");
  CHECK(query.statistic == "Sum");
  REQUIRE(query.dimensions.size() == 2);
  CHECK(query.dimensions[0].name == "LoadBalancer");
  CHECK(query.dimensions[0].values == std::vector<std::string>{"app/web/50dc6c495c0c9188"});
  CHECK(query.dimensions[1].name == "TargetGroup");
  CHECK(query.dimensions[1].values ==
        std::vector<std::string>{"targetgroup/a/1", "targetgroup/b/2"});
  CHECK(query.zero_where.empty());
}

TEST_CASE("words with blanks and signs stand in quotes, and OR in quotes is no separator") {
  const MetricQuery query = metric(
      R"(CWAgent "LogicalDisk % Free Space" Minimum {instance='C: OR D:', host="a,b" OR c\d})");
  CHECK(query.metric == "LogicalDisk % Free Space");
  CHECK(query.dimensions[0].values == std::vector<std::string>{"C: OR D:"});
  CHECK(query.dimensions[1].values == std::vector<std::string>{"a,b", R"(c\d)"});
}

TEST_CASE("absent counts as 0 only where the query names what proves it") {
  CHECK(metric("N Errors Sum {H=a} or 0 where Requests").zero_where == "Requests");
  CHECK(metric("N Errors Sum {H=a} or 0 where 'All Requests'").zero_where == "All Requests");
}

TEST_CASE("every kind of statistic that CloudWatch has is taken") {
  for (const char* statistic :
       {"Average", "Sum", "Minimum", "Maximum", "SampleCount", "IQM", "p99", "p99.9", "p0", "p100",
        "tm90", "tc50", "ts99", "wm98", "TM(5%:95%)", "TM(:0.5)", "PR(:300)", "TS(80%:)"}) {
    CHECK(metric(std::string("N M ") + statistic + " {H=a}").statistic == statistic);
  }
}

TEST_CASE("a search has its text as it stands, and a period only if it says one") {
  const SearchQuery query =
      search(R"(SEARCH('{AWS/EC2,InstanceId} MetricName="CPUUtilization"', 'Average'))");
  CHECK(query.search == R"({AWS/EC2,InstanceId} MetricName="CPUUtilization")");
  CHECK(query.statistic == "Average");
  CHECK_FALSE(query.period.has_value());
  const SearchQuery other = search(R"(SEARCH( '{"a b",X} it\'s', 'p99' , 300 ))");
  CHECK(other.search == R"({"a b",X} it\'s)");
  CHECK(other.period == Duration(300s));
  CHECK(search("SEARCH('a','TM(5%:95%)',60)").period == Duration(60s));
}

TEST_CASE("a query that cannot be asked is refused with its column and what is possible") {
  const std::string statistics =
      "there are Average, Sum, Minimum, Maximum, SampleCount, IQM, and p99, tm99, TM(5%:95%) and "
      "their like";
  const std::string form = "a query is NAMESPACE METRIC STATISTIC {DIMENSION=VALUE, …}";
  struct Case {
    std::string query;
    std::size_t column;
    std::string text;
  };
  const std::vector<Case> cases = {
      {"", 1, "expected a namespace; " + form},
      {"AWS/EC2", 8, "expected a metric; " + form},
      {"AWS/EC2 {InstanceId=a}", 9, "expected a metric; " + form},
      {"AWS/EC2 CPUUtilization", 23, "expected a statistic; " + form},
      {"AWS/EC2 CPU average {H=a}", 13,
       "unknown statistic 'average'; did you mean Average? " + statistics},
      {"AWS/EC2 CPU Summ {H=a}", 13, "unknown statistic 'Summ'; did you mean Sum? " + statistics},
      {"AWS/EC2 CPU p101 {H=a}", 13, "unknown statistic 'p101'; " + statistics},
      {"AWS/EC2 CPU TM(5%) {H=a}", 13, "unknown statistic 'TM(5%)'; " + statistics},
      {"N M Sum", 8, "expected the dimensions, such as {InstanceId={{hosts}}}"},
      {"N M Sum H=a", 9, "expected the dimensions, such as {InstanceId={{hosts}}}"},
      {"N M Sum {}", 10, "expected a dimension's name; " + form},
      {"N M Sum {H a}", 12, "expected ="},
      {"N M Sum {H=}", 12, "expected a dimension's value; " + form},
      {"N M Sum {H=a OR}", 16, "expected a dimension's value; " + form},
      {"N M Sum {H=a b}", 14, "expected , or } after a dimension"},
      {"N M Sum {H=a", 13, "expected , or } after a dimension"},
      {"N M Sum {H=a, H=b}", 15, "'H' is there twice"},
      {"N M Sum {H=a OR b, I=c OR d}", 20, "'H' and 'I' have several values; only the host's may"},
      {"N M Sum {H=a} by H", 15, "after the dimensions only `or 0 where METRIC` is possible"},
      {"N M Sum {H=a} or 1 where R", 18,
       "after the dimensions only `or 0 where METRIC` is possible"},
      {"N M Sum {H=a} or 0 where", 25, "expected a metric after `or 0 where`; " + form},
      {"N M Sum {H=a} or 0 where R x", 28, "nothing may follow `or 0 where METRIC`"},
      {"N \"M Sum {H=a}", 3, "this \" is not closed"},
      {"Größe M x {H=a}", 9, "unknown statistic 'x'; " + statistics},
      {"SELECT AVG(x) FROM y", 1, "Metrics Insights (SELECT …) cannot be asked; " + form},
      {"SEARCH('a', 'Sum'", 18, "expected )"},
      {"SEARCH(a, 'Sum')", 8,
       "expected the search, such as '{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', in "
       "quotes"},
      {"SEARCH('a')", 11, "expected ,"},
      {"SEARCH('a', Sum)", 13, "expected a statistic, such as 'Average', in quotes"},
      {"SEARCH('a', 'sum')", 13, "unknown statistic 'sum'; did you mean Sum? " + statistics},
      {"SEARCH('a', 'Sum', {})", 20,
       "expected the period in seconds, or nothing: it is the check's `step`"},
      {"SEARCH('a', 'Sum', 1m)", 20,
       "expected the period in seconds, or nothing: it is the check's `step`"},
      {"SEARCH('a', 'Sum') * 2", 20, "nothing may follow SEARCH(…)"},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.query);
    const auto query = parse_query(expected.query);
    REQUIRE_FALSE(query.has_value());
    CHECK(query.error().text == expected.text);
    CHECK(query.error().column == expected.column);
    const auto offline = cloudwatch_backend().fault_in(expected.query);
    REQUIRE(offline.has_value());
    CHECK(offline->text == expected.text);
  }
  CHECK_FALSE(cloudwatch_backend().fault_in("N M Sum {H=vvvvvvvvv}").has_value());
}

TEST_CASE("more dimensions than a metric can have are refused") {
  std::string query = "N M Sum {";
  for (int i = 0; i < 31; ++i) query += "D" + std::to_string(i) + "=a" + (i == 30 ? "}" : ",");
  const auto parsed = parse_query(query);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().text == "a metric has at most 30 dimensions");
}

TEST_CASE("a step that is no period is refused with the nearest that are") {
  for (const Duration step : {Duration(1s), Duration(5s), Duration(10s), Duration(20s),
                              Duration(30s), Duration(60s), Duration(300s), Duration(86'400s)}) {
    CHECK_FALSE(step_fault(step).has_value());
  }
  for (const auto& [step, said] :
       {std::pair(Duration(15s), "15s; the nearest that `step` can be are 10s and 20s"),
        std::pair(Duration(45s), "45s; the nearest that `step` can be are 30s and 1m"),
        std::pair(Duration(90s), "1m30s; the nearest that `step` can be are 1m and 2m"),
        std::pair(Duration(1500ms), "1s500ms; the nearest that `step` can be are 1s and 5s"),
        std::pair(Duration(500ms), "500ms; the nearest that `step` can be is 1s")}) {
    CHECK(step_fault(step) == std::string("CloudWatch has no period of ") + said);
  }
}

TEST_CASE("a period stands for the bucket in which it ends, aligned to the window or not") {
  const TimePoint minute{1'795'212'000s};
  const Grid aligned{minute, 60s, 3};
  CHECK(point_of(minute, aligned) == 1);
  CHECK(point_of(minute + 120s, aligned) == 3);
  CHECK_FALSE(point_of(minute - 60s, aligned).has_value());  // ends where the window begins
  CHECK_FALSE(point_of(minute + 180s, aligned).has_value());
  const Grid shifted{minute + 34s, 60s, 3};
  CHECK(point_of(minute, shifted) == 1);
  CHECK(point_of(minute + 60s, shifted) == 2);
  CHECK(point_of(minute + 120s, shifted) == 3);
  CHECK_FALSE(point_of(minute - 60s, shifted).has_value());
  CHECK_FALSE(point_of(minute + 180s, shifted).has_value());
}
