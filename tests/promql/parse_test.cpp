#include "checks/promql/parse.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace canarygate;
using namespace canarygate::promql;
using namespace std::chrono_literals;

namespace {

struct Refusal {
  std::string query;
  Fault fault;
};

void check(const std::vector<Refusal>& refusals) {
  for (const auto& [query, fault] : refusals) {
    CAPTURE(query);
    const auto parsed = parse(query);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().text == fault.text);
    CHECK(parsed.error().column == fault.column);
  }
}

/// The value that the selector's matcher of `label` compares with.
std::string value_of(const std::string& query, const std::string& label) {
  CAPTURE(query);
  const auto parsed = parse(query);
  REQUIRE(parsed.has_value());
  const auto selectors = parsed->selectors();
  REQUIRE(selectors.size() == 1);
  for (const Matcher& matcher : selectors.front()) {
    if (matcher.label == label) return matcher.value;
  }
  return "(none)";
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("a query tells what it reads and how far back it looks") {
  const auto query = parse(R"(sum by (host) (rate(a_total{host!="x",code=~"5.."}[1m30s])) /
                              histogram_quantile(0.5, increase({__name__="b"}[1h])) + -c)");
  REQUIRE(query.has_value());
  CHECK(query->longest_range() == 1h);
  const auto selectors = query->selectors();
  REQUIRE(selectors.size() == 3);
  REQUIRE(selectors[0].size() == 3);
  CHECK(selectors[0][0].label == "__name__");
  CHECK(selectors[0][0].value == "a_total");
  CHECK(selectors[0][0].op == Matcher::Op::equal);
  CHECK(selectors[0][1].op == Matcher::Op::not_equal);
  CHECK(selectors[0][2].op == Matcher::Op::matches);
  CHECK(selectors[0][2].value == "5..");
  REQUIRE(selectors[1].size() == 1);
  CHECK(selectors[1][0].value == "b");
  CHECK(selectors[2][0].value == "c");
  CHECK(parse("1 + a")->longest_range() == 0ms);
  CHECK(parse("1")->selectors().empty());
}

TEST_CASE("ranges add their units up") {
  const std::vector<std::pair<std::string, Duration>> ranges = {
      {"500ms", 500ms}, {"5m", 5min},          {"1h30m", 90min}, {"1d", 24h},    {"1w", 168h},
      {"1y", 8760h},    {"1m1s1ms", 61'001ms}, {" 5m ", 5min},   {"0h1m", 1min},
  };
  for (const auto& [text, length] : ranges) {
    CAPTURE(text);
    const auto query = parse("rate(a[" + text + "])");
    REQUIRE(query.has_value());
    CHECK(query->longest_range() == length);
  }
}

TEST_CASE("values stand in any of three quotes, with the escapes of Go") {
  const std::vector<std::pair<std::string, std::string>> values = {
      {R"("x")", "x"},
      {R"('a"b')", "a\"b"},
      {R"("a\"b")", "a\"b"},
      {R"('a\'b')", "a'b"},
      {R"(`a\"b`)", "a\\\"b"},
      {"`a\nb`", "a\nb"},
      {R"("\a\b\f\n\r\t\v\\")", "\a\b\f\n\r\t\v\\"},
      {R"("\x41\101\u00e4\U0001F600\u20ac")", "AA\xC3\xA4\xF0\x9F\x98\x80\xE2\x82\xAC"},
      {R"("# } , = [")", "# } , = ["},
      {"\"\"", ""},
  };
  for (const auto& [quoted, value] : values) {
    CHECK(value_of("a{x=" + quoted + "}", "x") == value);
  }
}

TEST_CASE("keywords are names where no other meaning is possible, and know no case") {
  CHECK(value_of("sum", "__name__") == "sum");
  CHECK(value_of("rate", "__name__") == "rate");
  CHECK(value_of("SUM(sum) BY (by)", "__name__") == "sum");
  CHECK(value_of("a:b{sum=\"x\",by=\"y\"}", "by") == "y");
  CHECK(value_of("a{x=\"y\" # }\n, }", "x") == "y");
}

TEST_CASE("what is beyond the language is refused with its column and the way out") {
  check({
      {"topk(3, a)",
       {1,
        "'topk' is not among the aggregations that scraped numbers know: avg, count, max, min, "
        "sum"}},
      {"1 + QUANTILE by (x) (0.5, a)",
       {5,
        "'QUANTILE' is not among the aggregations that scraped numbers know: avg, count, max, "
        "min, sum"}},
      {"abs(a)",
       {1,
        "'abs' is not among the functions that scraped numbers know: delta, "
        "histogram_quantile, increase, irate, rate"}},
      {"Rate(a[5m])",
       {1,
        "'Rate' is not among the functions that scraped numbers know: delta, "
        "histogram_quantile, increase, irate, rate; did you mean 'rate'?"}},
      {"histogramm_quantil(0.9, a)",
       {1,
        "'histogramm_quantil' is not among the functions that scraped numbers know: delta, "
        "histogram_quantile, increase, irate, rate; did you mean 'histogram_quantile'?"}},
      {"summ by (x) (a)",
       {1,
        "'summ' is not among the functions that scraped numbers know: delta, "
        "histogram_quantile, increase, irate, rate; did you mean 'sum'?"}},
      {"a > 1", {3, "'>' is not among the operators that scraped numbers know: + - * /"}},
      {"a == bool 1", {3, "'==' is not among the operators that scraped numbers know: + - * /"}},
      {"2 ^ 3", {3, "'^' is not among the operators that scraped numbers know: + - * /"}},
      {"a Unless b", {3, "'Unless' is not among the operators that scraped numbers know: + - * /"}},
      {"a offset 5m", {3, "'offset' is not possible: scraped numbers have no past to move into"}},
      {"rate(a[5m] @ 3)", {12, "'@' is not possible: scraped numbers have no past to move into"}},
      {"rate(a[5m:1m])",
       {7,
        "a subquery like '[5m:1m]' is not possible on scraped numbers; a range after a selector "
        "is, for example requests_total[5m]"}},
      {"a * on (x) b",
       {5,
        "'on' is not possible on scraped numbers; vectors match where all their labels are "
        "equal"}},
      {"\"x\"", {1, "a string is no expression; scraped numbers know no function that takes one"}},
      {"5m", {1, "the duration '5m' can only stand in brackets, as in requests_total[5m]"}},
      {"a.b", {1, "'a.b' is no metric's name, which has letters, digits, _ and : only"}},
  });
}

TEST_CASE("a type that does not fit is refused where it stands") {
  check({
      {"sum(rate(a))",
       {10, "'rate' needs a range vector like requests_total[5m], and this is an instant vector"}},
      {"rate(1)", {6, "'rate' needs a range vector like requests_total[5m], and this is a number"}},
      {"sum(1 + 2)", {5, "'sum' needs an instant vector, and this is a number"}},
      {"max(a[5m])", {5, "'max' needs an instant vector, and this is a range vector"}},
      {"histogram_quantile(a, b)",
       {20, "'histogram_quantile' needs a number, and this is an instant vector"}},
      {"histogram_quantile(0.5, 1)",
       {25, "'histogram_quantile' needs an instant vector, and this is a number"}},
      {"(a[5m])",
       {1, "a range vector has no value of its own; wrap it in rate, irate, increase or delta"}},
      {"1 + a[5m]",
       {5, "an operator takes numbers and instant vectors, and this is a range vector"}},
      {"-a[5m]", {2, "an operator takes numbers and instant vectors, and this is a range vector"}},
      {"sum(a, b)", {1, "'sum' takes 1 argument, not 2"}},
      {"histogram_quantile(a)", {1, "'histogram_quantile' takes 2 arguments, not 1"}},
  });
}

TEST_CASE("a syntax error is told with its column, counted in characters") {
  check({
      {"", {1, "the query is empty"}},
      {" # nothing", {1, "the query is empty"}},
      {"a +", {4, "the query ends where an expression is expected"}},
      {"* a", {1, "expected an expression, not '*'"}},
      {"sum()", {5, "expected an expression, not ')'"}},
      {"a)", {2, "expected an operator (+ - * /) or the end of the query, not ')'"}},
      {"(a b)", {4, "expected an operator (+ - * /) or ')', not 'b'"}},
      {"sum(a", {4, "this '(' is not closed"}},
      {"(a, b)", {1, "these parentheses hold several expressions and belong to no function"}},
      {"sum by x (a)", {8, "expected '(' and labels after 'by', not 'x'"}},
      {"sum by (x y) (a)", {11, "expected ',' or ')', not 'y'"}},
      {"sum by (x:y) (a)", {9, "expected a label's name or ')', not 'x:y'"}},
      {"sum by (x", {10, "the query ends where ',' or ')' is expected"}},
      {"sum by (x) a", {12, "expected '(' and what to aggregate, not 'a'"}},
      {"a by (x)", {3, "'by' can only stand beside an aggregation: avg, count, max, min, sum"}},
      {"a{x=\"ä\"} ä", {10, "'ä' is no character of the query language"}},
      {"a{x=\"y\"", {2, "this '{' is not closed"}},
      {"a + \"y", {5, "this string is not closed"}},
      {"a{x=\"y\" z=\"\"}", {9, "expected ',' or '}', not 'z'"}},
      {"a{x}", {4, "expected =, !=, =~ or !~, not '}'"}},
      {"a{x==\"y\"}", {4, "expected =, !=, =~ or !~, not '=='"}},
      {"a{x=y}", {5, "expected a value in quotes, not 'y'"}},
      {"a{\"x\"=\"y\"}", {3, "expected a label's name (letters, digits and _), not '\"x\"'"}},
      {"a{x=\"ab\\q\"}",
       {8,
        "'\\q' is no escape; a backslash is written \\\\, and between backquotes nothing is "
        "escaped"}},
      {R"(a{x="\400"})",
       {6,
        "'\\4' is no escape; a backslash is written \\\\, and between backquotes nothing is "
        "escaped"}},
      {R"(a{x='\ud800'})",
       {6,
        "'\\u' is no escape; a backslash is written \\\\, and between backquotes nothing is "
        "escaped"}},
      {"a{x=\"ab\ncd\"}", {8, "a line ends within this string"}},
      {"a{x=~\"b(\"}", {6, "the regular expression 'b(' cannot be used: missing ): b("}},
      {"a{__name__=\"b\"}",
       {2, "the metric's name is given twice: before the braces and as __name__ in them"}},
      {"{x=~\".*\"}",
       {1,
        "a selector needs a metric's name or a matcher that does not accept the empty value, "
        "for example job=\"web\""}},
      {"rate(a[5])", {7, "expected a range like [5m], [1h30m] or [500ms], not '[5]'"}},
      {"rate(a[1m1h])", {7, "expected a range like [5m], [1h30m] or [500ms], not '[1m1h]'"}},
      {"rate(a[0s])", {7, "expected a range like [5m], [1h30m] or [500ms], not '[0s]'"}},
      {"rate(a[999999999999y])",
       {7, "expected a range like [5m], [1h30m] or [500ms], not '[999999999999y]'"}},
      {"(a)[5m]",
       {4, "the range '[5m]' can only follow a selector, for example requests_total[5m]"}},
      {"0xG", {1, "'0xG' is no number"}},
      {"a\x1B", {2, "'\\x1B' is no character of the query language"}},
  });
}

TEST_CASE("nesting is bounded, however it is written") {
  const Fault told{201, "the query is nested more than 200 levels deep"};
  CHECK(parse(repeated("(", 200) + "a" + repeated(")", 200)).has_value());
  CHECK(parse(repeated("(", 100'000)).error() == told);
  CHECK(parse(repeated("-", 100'000)).error() == told);
  CHECK(parse(repeated("sum(", 100'000)).error().text == told.text);
  CHECK(parse("a" + repeated("+a", 199)).has_value());
  CHECK(parse("a" + repeated("+a", 100'000)).error().text == told.text);
}

TEST_CASE("a query of any garbage is read or refused within it") {
  const std::vector<std::string> words = {
      "a",
      "sum",
      "rate",
      "by",
      "(",
      ")",
      "{",
      "}",
      "[5m]",
      "[",
      "]",
      ",",
      "=",
      "=~",
      "\"x\"",
      "'",
      "+",
      "-",
      "*",
      "1",
      "0x1f",
      "1e",
      "\\",
      " ",
      "\n",
      "#",
      "ä",
      "\xFF",
      "histogram_quantile",
      ".",
  };
  std::uint32_t state = 1;
  int read = 0;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    std::string query;
    for (std::uint32_t length = i % 12; length > 0; --length) {
      state = state * 1664525U + 1013904223U;
      query += words[(state >> 16U) % words.size()];
    }
    const auto parsed = parse(query);
    if (parsed) ++read;
    if (parsed || (parsed.error().column >= 1 && parsed.error().column <= query.size() + 1 &&
                   !parsed.error().text.empty())) {
      continue;
    }
    FAIL(query);
  }
  CHECK(read > 500);
}
