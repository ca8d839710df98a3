#include "checks/metrics/json_template.h"

#include <doctest/doctest.h>

using namespace canarygate;
using namespace std::chrono_literals;
using Place = RequestTemplate::Place;

namespace {

const TemplateValues kValues{
    "p99 \"x\"/é", {TimePoint(1'795'212'000s), 15s, 4}, {"web-1", "a b"}, {"web-2"}};

std::string filled(const std::string& text, Place place, const TemplateValues& values = kValues) {
  const auto made = RequestTemplate::parse(text, place, "key");
  if (!made) {
    CHECK(made.error().kind == ErrorKind::definition);
    return made.error().text;
  }
  const auto full = made->fill(values);
  if (!full) CHECK(full.error().kind == ErrorKind::definition);
  return full ? *full : full.error().text;
}

}  // namespace

TEST_CASE("a path has its values percent-encoded and the rest left alone") {
  CHECK(filled("/v1/{{query}}/x y", Place::path) == "/v1/p99%20%22x%22%2F%C3%A9/x y");
  CHECK(filled("/v1/{{ hosts }}", Place::path) == "/v1/web-1%2Ca%20b%2Cweb-2");
}

TEST_CASE("a parameter's value is left for the URL to encode") {
  CHECK(filled("q={{query}}", Place::value) == "q=p99 \"x\"/é");
}

TEST_CASE("times and lengths are there in seconds, milliseconds and RFC 3339") {
  CHECK(filled("{{from_s}} {{to_s}} {{step_s}} {{points}}", Place::value) ==
        "1795212000 1795212060 15 4");
  CHECK(filled("{{from_ms}} {{to_ms}} {{step_ms}}", Place::value) ==
        "1795212000000 1795212060000 15000");
  CHECK(filled("{{from_rfc3339}}/{{to_rfc3339}}", Place::value) ==
        "2026-11-20T22:00:00Z/2026-11-20T22:01:00Z");
  const TemplateValues fine{"", {TimePoint(1'795'212'000'250ms), 500ms, 1}, {}, {}};
  CHECK(filled("{{from_s}} {{to_s}} {{step_s}}", Place::value, fine) ==
        "1795212000.250 1795212000.750 0.500");
}

TEST_CASE("in a JSON body values are escaped inside quotes, and JSON themselves outside") {
  CHECK(filled(R"({"q":"a {{query}}","from":{{from_ms}},"to":"{{to_s}}"})", Place::json) ==
        R"({"q":"a p99 \"x\"/é","from":1795212000000,"to":"1795212060"})");
  CHECK(
      filled(R"({"hosts":{{hosts}},"c":{{canary_hosts}},"b":"{{baseline_hosts}}"})", Place::json) ==
      R"({"hosts":["web-1","a b","web-2"],"c":["web-1","a b"],"b":"web-2"})");
  CHECK(filled(R"({"from":{{from_rfc3339}},"x":"\"{{query}}"})", Place::json) ==
        R"({"from":"2026-11-20T22:00:00Z","x":"\"p99 \"x\"/é"})");
  TemplateValues document = kValues;
  document.query = R"({"match":{"k":1}})";
  CHECK(filled(R"({"query":{{query}}})", Place::json, document) ==
        R"({"query":{"match":{"k":1}}})");
}

TEST_CASE("a query that would break out of a JSON body is refused") {
  TemplateValues evil = kValues;
  evil.query = R"(1},"admin":{"x":1)";
  CHECK(filled(R"({"query":{{query}}})", Place::json, evil) ==
        "`key`: {{query}} stands outside quotes there, so each query must be JSON itself; this one "
        "is not: 1},\"admin\":{\"x\":1");
  CHECK(filled(R"({"query":"{{query}}"})", Place::json, evil) ==
        R"({"query":"1},\"admin\":{\"x\":1"})");
}

TEST_CASE("templates that cannot be are refused with what is possible") {
  CHECK(filled("{{qury}}", Place::value) ==
        "`key`: unknown variable {{qury}}; there are query, from_s, from_ms, from_rfc3339, to_s, "
        "to_ms, to_rfc3339, step_s, step_ms, points, hosts, canary_hosts and baseline_hosts");
  CHECK(filled("a {{query", Place::path) ==
        "`key`: a variable is opened by {{ and not closed by }}");
  CHECK(filled(R"({"q":"{{query}}")", Place::json) == "`key` is not JSON, its variables filled in");
}

TEST_CASE("a list of hosts where nobody knows them is refused") {
  TemplateValues tags = kValues;
  tags.canary.clear();
  tags.baseline.clear();
  CHECK(filled("{{hosts}}", Place::value, tags) ==
        "`key`: {{hosts}} has no hosts to list: the check names none there; ask for all series");
}
