#include "checks/definition/variables.h"

#include <doctest/doctest.h>

namespace canarygate {

namespace {

using List = std::vector<std::string>;

VariableValues some_values() {
  return {{"hosts", List{"web-1.a:9100", "web-2"}},
          {"one", List{"web-1.a"}},
          {"nobody", List{}},
          {"odd", List{"a\"b", "c\\d"}},
          {"step", "15s"},
          {"region", "us"},
          {"pattern", "a|b"},
          {"quote", "a\"b'c"},
          {"tick", "a`b"},
          {"newline", "a\nb"}};
}

std::string rendered(const std::string& text, QueryDialect dialect = QueryDialect::promql) {
  const auto query = render_query(text, some_values(), dialect);
  return query ? *query : "error: " + query.error().text;
}

}  // namespace

TEST_CASE("a list after =~ becomes alternatives, escaped for RE2 and then for the string") {
  CHECK(rendered(R"(up{instance=~"{{hosts}}"})") == R"(up{instance=~"web-1\\.a:9100|web-2"})");
  CHECK(rendered(R"(up{instance!~'{{hosts}}'})") == R"(up{instance!~'web-1\\.a:9100|web-2'})");
  CHECK(rendered("up{instance=~`{{hosts}}`}") == R"(up{instance=~`web-1\.a:9100|web-2`})");
  CHECK(rendered(R"(up{instance =~ "{{ hosts }}"})") ==
        R"(up{instance =~ "web-1\\.a:9100|web-2"})");
  CHECK(rendered(R"(up{i=~"{{odd}}"})") == R"(up{i=~"a\"b|c\\\\d"})");
}

TEST_CASE("alternatives beside other text are put in parentheses, or they would mean less") {
  CHECK(rendered(R"(up{i=~"{{hosts}}:9100"})") == R"(up{i=~"(?:web-1\\.a:9100|web-2):9100"})");
  CHECK(rendered(R"(up{i=~"x-{{hosts}}"})") == R"x(up{i=~"x-(?:web-1\\.a:9100|web-2)"})x");
  CHECK(rendered(R"(up{i=~"({{hosts}}).*"})") == R"(up{i=~"(web-1\\.a:9100|web-2).*"})");
  CHECK(rendered(R"(up{i=~"{{one}}:.*"})") == R"(up{i=~"web-1\\.a:.*"})");
}

TEST_CASE("a list of one may stand after =, a longer one may not") {
  CHECK(rendered(R"(up{instance="{{one}}"})") == R"(up{instance="web-1.a"})");
  CHECK(rendered(R"(up{instance="{{hosts}}"})") ==
        "error: {{hosts}} is a list; write it in quotes after =~ or !~");
  CHECK(rendered("up{{hosts}}") == "error: {{hosts}} is a list; write it in quotes after =~ or !~");
}

TEST_CASE("an empty list is an error, never a query for series without the label") {
  CHECK(rendered(R"(up{instance=~"{{nobody}}"})") ==
        "error: {{nobody}} is empty: there is no host to ask for");
}

TEST_CASE("a text is escaped for the quotes it stands in") {
  CHECK(rendered(R"(up{r="{{region}}"})") == R"(up{r="us"})");
  CHECK(rendered(R"(up{r="{{quote}}"})") == R"(up{r="a\"b'c"})");
  CHECK(rendered(R"(up{r='{{quote}}'})") == R"(up{r='a"b\'c'})");
  CHECK(rendered(R"(up{r=~"{{pattern}}"})") == R"(up{r=~"a|b"})");
  CHECK(rendered("up{r=`{{tick}}`}") ==
        "error: {{tick}} is 'a`b', which cannot be written between `");
  CHECK(rendered(R"(up{r="{{newline}}"})") == "error: {{newline}} has control characters in it");
}

TEST_CASE("a value cannot leave its string by a backslash before it") {
  CHECK(rendered(R"(up{r="\{{quote}}"})") ==
        "error: {{quote}} stands after a backslash; take that out");
}

TEST_CASE("outside quotes only harmless characters are filled in") {
  CHECK(rendered("rate(x[{{step}}])") == "rate(x[15s])");
  CHECK(rendered("rate(x[{{pattern}}])") ==
        "error: {{pattern}} is 'a|b'; outside quotes only letters, digits and _ . : / - can be "
        "filled in");
}

TEST_CASE("quotes in a PromQL comment open no string") {
  CHECK(rendered("up # don't\n{i=~\"{{hosts}}\"}") ==
        "up # don't\n{i=~\"web-1\\\\.a:9100|web-2\"}");
}

TEST_CASE("each dialect has its own way to write a list") {
  CHECK(rendered("web.{{hosts}}.cpu", QueryDialect::graphite) == "web.{web-1_a:9100,web-2}.cpu");
  CHECK(rendered("web.{{one}}.cpu", QueryDialect::graphite) == "web.web-1_a.cpu");
  CHECK(rendered("seriesByTag('host=~^({{hosts}})$')", QueryDialect::graphite) ==
        "seriesByTag('host=~^(web-1[.]a:9100|web-2)$')");
  CHECK(rendered("seriesByTag('host=~{{hosts}}', 'tier={{region}}')", QueryDialect::graphite) ==
        "seriesByTag('host=~(?:web-1[.]a:9100|web-2)', 'tier=us')");
  CHECK(rendered("seriesByTag('host={{one}}')", QueryDialect::graphite) ==
        "seriesByTag('host=web-1.a')");
  CHECK(rendered("avg:cpu{host IN ({{hosts}})}", QueryDialect::datadog) ==
        "avg:cpu{host IN (web-1.a:9100 OR web-2)}");
  CHECK(rendered("host =~ /^{{hosts}}$/ AND d = '{{quote}}'", QueryDialect::influxql) ==
        "host =~ /^(?:web-1\\.a:9100|web-2)$/ AND d = 'a\"b\\'c'");
  CHECK(rendered("x = '{{hosts}}'", QueryDialect::influxql) ==
        "error: {{hosts}} is a list; write it as a regular expression after =~ or !~");
  CHECK(rendered("{{region}} errors", QueryDialect::none) == "us errors");
  CHECK(rendered("count() where host:({{hosts}}) AND it's:{{one}}", QueryDialect::lucene) ==
        R"(count() where host:("web-1.a:9100" OR "web-2") AND it's:"web-1.a")");
  CHECK(rendered("WHERE host IN ({{hosts}}) AND r = '{{region}}'", QueryDialect::nrql) ==
        "WHERE host IN ('web-1.a:9100', 'web-2') AND r = 'us'");
  for (const QueryDialect dialect : {QueryDialect::lucene, QueryDialect::nrql}) {
    CHECK(rendered("h: \"{{hosts}}\"", dialect) ==
          "error: {{hosts}} is a list; write it without quotes");
  }
}

TEST_CASE("in InfluxQL a slash in a value does not end the regular expression") {
  VariableValues values{{"hosts", List{"a/b"}}};
  CHECK(render_query("h =~ /{{hosts}}/", values, QueryDialect::influxql).value() == "h =~ /a\\/b/");
}

TEST_CASE("in Lucene a value outside quotes keeps its colons and slashes, inside its quotes") {
  const VariableValues values{{"version", "1:2/3"}, {"quote", "a\"b'c\\"}};
  CHECK(render_query("v:{{version}}", values, QueryDialect::lucene).value() == R"(v:1\:2\/3)");
  CHECK(render_query(R"(v:"{{version}}")", values, QueryDialect::lucene).value() == R"(v:"1:2/3")");
  CHECK(render_query(R"(v:"{{quote}}")", values, QueryDialect::lucene).value() ==
        R"(v:"a\"b'c\\")");
}

TEST_CASE("what a literal ends with is no operator before the next, but in Graphite's own") {
  CHECK(rendered("x='~'\"{{hosts}}\"") ==
        "error: {{hosts}} is a list; write it in quotes after =~ or !~");
}

TEST_CASE("in Graphite a value that would end its string is refused") {
  CHECK(rendered("alias(x, '{{quote}}')", QueryDialect::graphite) ==
        "error: {{quote}} is 'a\"b'c', which cannot be written between '");
}

TEST_CASE("an unknown variable is an error that names the nearest, or the known") {
  CHECK(rendered("up{r=\"{{regoin}}\"}") ==
        "error: unknown variable {{regoin}}; did you mean "
        "{{region}}?");
  CHECK(render_text("{{zzzzzz}}", {{"a", "1"}, {"b", "2"}}).error().text ==
        "unknown variable {{zzzzzz}}; give it with --var zzzzzz=VALUE; known are a and b");
}

TEST_CASE("links are percent-encoded, texts are left alone") {
  CHECK(render_link("https://g/?h={{hosts}}&q={{quote}}", some_values()).value() ==
        "https://g/?h=web-1.a%3A9100%7Cweb-2&q=a%22b%27c");
  CHECK(render_text("{{hosts}} in {{region}}", some_values()).value() ==
        "web-1.a:9100,web-2 in us");
}

TEST_CASE("the names in a text come in order, each once") {
  CHECK(variables_in("{{b}}{{ a }} {{b}} {x} }}").value() == List{"b", "a"});
  for (const char* text : {"{{", "a {{b", "{{}}", "{{1a}}", "{{a-b}}", "{{a{{b}}"}) {
    CAPTURE(text);
    CHECK_FALSE(variables_in(text));
  }
}

}  // namespace canarygate
