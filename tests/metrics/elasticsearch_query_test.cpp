#include "checks/metrics/elasticsearch_query.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "checks/metrics/lucene.h"

using namespace canarygate;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

using List = std::vector<std::string>;

std::string fault_of(const std::string& text) {
  const auto query = elasticsearch::parse(text);
  if (query) return "none";
  return "column " + std::to_string(query.error().column) + ": " + query.error().text;
}

json search(const std::string& text, Grid grid = {TimePoint(1'795'212'003s), 15s, 4}) {
  const auto query = elasticsearch::parse(text);
  REQUIRE_MESSAGE(query.has_value(), fault_of(text));
  return json::parse(elasticsearch::search_for(*query, {"@timestamp", "host.name"}, grid));
}

json number_of(const std::string& text) {
  return search(text)["aggs"]["hosts"]["aggs"]["times"].value("aggs", json());
}

const std::string kForms =
    "a query is `count(CONDITION) where FILTER`, or sum, avg, min, max, median or p99 of a field: "
    "`p99(FIELD) where FILTER`";

}  // namespace

TEST_CASE("the whole search: the window, the filter, hosts, buckets that begin 1 ms after ours") {
  const json expected = json::parse(R"q({
    "size": 0,
    "track_total_hits": false,
    "query": {"bool": {"filter": [
      {"range": {"@timestamp": {"gte": 1795212003001, "lt": 1795212063001, "format": "epoch_millis"}}},
      {"query_string": {"query": "service:web AND host.name:(\"a\" OR \"b\")", "analyze_wildcard": true}}
    ]}},
    "aggs": {"hosts": {
      "terms": {"field": "host.name", "size": 1000},
      "aggs": {"times": {
        "date_histogram": {
          "field": "@timestamp", "fixed_interval": "15000ms", "offset": "+3001ms", "min_doc_count": 0,
          "extended_bounds": {"min": 1795212003001, "max": 1795212048001}},
        "aggs": {"number": {"filter":
          {"query_string": {"query": "status:>=500", "analyze_wildcard": true}}}}
      }}
    }}
  })q");
  CHECK(search(R"q(count(status:>=500) where service:web AND host.name:("a" OR "b"))q") ==
        expected);
}

TEST_CASE("each function has its aggregation; a bare count needs none, no filter is no filter") {
  CHECK(number_of("count()").is_null());
  CHECK(search("count()")["query"]["bool"]["filter"].size() == 1);
  const json counted = {
      {"number", {{"filter", {{"query_string", {{"query", "a"}, {"analyze_wildcard", true}}}}}}}};
  CHECK(number_of("count(a) where b") == counted);
  for (const char* name : {"sum", "avg", "min", "max", "AVG", " sum "}) {
    CHECK(number_of(std::string(name) + "(bytes)") ==
          json::parse(R"({"number": {"stats": {"field": "bytes"}}})"));
  }
  const auto percentile = [](const std::string& percent) {
    return json::parse(R"({"number": {"percentiles": {"field": "event.duration", "percents": [)" +
                       percent + R"(], "keyed": false}}})");
  };
  CHECK(number_of("p99(event.duration)") == percentile("99.0"));
  CHECK(number_of("p99.9( event.duration )") == percentile("99.9"));
  CHECK(number_of("median(event.duration)") == percentile("50.0"));
}

TEST_CASE("parentheses and quotes of the conditions are Lucene's") {
  const auto query = elasticsearch::parse(
      R"q(count(msg:"a) b" AND (x:1 OR y:\)) ) WHERE(service:(web OR "a\"(") AND z:\())q");
  REQUIRE(query.has_value());
  CHECK(query->condition == R"q(msg:"a) b" AND (x:1 OR y:\)))q");
  CHECK(query->filter == R"q((service:(web OR "a\"(") AND z:\())q");
  CHECK(elasticsearch::parse("count()\n  where\n  a:1").value().filter == "a:1");
}

TEST_CASE("what cannot be asked is refused with its column, in characters") {
  CHECK(fault_of("") == "column 1: " + kForms);
  CHECK(fault_of("status:500") == "column 1: " + kForms);
  CHECK(fault_of(" medain(x)") == "column 2: 'medain' is not known; " + kForms);
  for (const char* name : {"p", "p0", "p100", "px", "p-1", "p99%", "rate", "count_if"}) {
    CHECK(fault_of(std::string(name) + "(x)") ==
          "column 1: '" + std::string(name) + "' is not known; " + kForms);
  }
  CHECK(fault_of("count(status:500") == "column 6: this parenthesis is never closed");
  CHECK(fault_of("count(a:\"b)") == "column 6: this parenthesis is never closed");
  CHECK(fault_of("sum()") == "column 5: which field? Its name stands in the parentheses");
  CHECK(fault_of("sum(a:1)") ==
        "column 5: 'a:1' is no name of a field; conditions stand behind `where`");
  CHECK(fault_of("sum(a, b)") ==
        "column 5: 'a, b' is no name of a field; conditions stand behind `where`");
  const std::string follow =
      "only `where FILTER` can follow; per second, and by host, is canarygate's";
  CHECK(fault_of("count() by host") == "column 9: " + follow);
  CHECK(fault_of("count() wherever:1") == "column 9: " + follow);
  CHECK(fault_of("count() / count()") == "column 9: " + follow);
  CHECK(fault_of("count() where ") == "column 9: no filter follows `where`");
  CHECK(fault_of("count(\u00e9) where a)") ==
        "column 17: nothing is open that this parenthesis could close");
  CHECK(fault_of("count() where a:(b") == "column 17: this parenthesis is never closed");
  CHECK(fault_of("count() where a:\"b") == "column 17: this quote is never closed");
}

TEST_CASE("the fields of a Lucene query are found, whatever stands around them") {
  using lucene::fields_in;
  CHECK(fields_in("status:>=500 AND NOT service.name:(web OR api) status:1") ==
        List{"status", "service.name"});
  CHECK(fields_in("-a:1 +b:2 !c:3 (d:4)") == List{"a", "b", "c", "d"});
  CHECK(fields_in(R"(msg:"x:1 y:2" AND z:/a:b\/c:d/ AND w:[2020-01-01T00:00 TO now] AND v:1)") ==
        List{"msg", "z", "w", "v"});
  CHECK(fields_in(R"(odd\ name:1 AND a\:b:2)") == List{"odd name", "a:b"});
  CHECK(fields_in("_exists_:error.code AND _index:x AND http.*:500") == List{"error.code"});
  CHECK(fields_in("error timeout~2 \"two words\"").empty());
  CHECK(fields_in("a:\"never closed").size() == 1);
  CHECK(fields_in("a:[never closed").size() == 1);
  CHECK(fields_in("\\").empty());
}
