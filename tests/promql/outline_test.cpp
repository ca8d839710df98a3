#include "checks/promql/outline.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

using namespace canarygate::promql;

namespace {

/// Every operator with parentheses around it, and each part by its kind.
std::string shape(const Outline& node, std::string_view query) {
  std::string inner;
  for (const Outline& child : node.children) {
    if (!inner.empty()) inner += node.kind == Outline::Kind::binary ? " " + node.name + " " : ", ";
    inner += shape(child, query);
  }
  std::string labels;
  if (node.labels) {
    labels = fmt::format(" {}:{}", node.labels->word, fmt::join(node.labels->names, "+"));
  }
  switch (node.kind) {
    case Outline::Kind::number:
    case Outline::Kind::string:
      return std::string(node.place.of(query));
    case Outline::Kind::selector:
      return fmt::format("<{}|{}|{}>", node.name, node.matchers.of(query), node.range.of(query));
    case Outline::Kind::call:
    case Outline::Kind::aggregation:
      return fmt::format("{}{}({})", node.name, labels, inner);
    case Outline::Kind::binary:
      return fmt::format("({}{}{}{})", inner, node.is_bool ? " bool" : "", labels,
                         node.many.empty() ? "" : " " + node.many);
    case Outline::Kind::unary:
      return fmt::format("({}{})", node.name, inner);
    case Outline::Kind::group:
      return fmt::format("[{}]", inner);
    case Outline::Kind::subquery:
      return fmt::format("sub({} {})", inner, node.range.of(query));
  }
  return "";
}

std::string shape(const std::string& query) {
  const auto root = outline(query);
  if (!root) return fmt::format("column {}: {}", root.error().column, root.error().text);
  CHECK(root->place.of(query) == query);
  return shape(*root, query);
}

std::string number_of(const std::string& query) {
  const auto root = outline(query);
  REQUIRE(root.has_value());
  const auto value = constant(*root, query);
  return value ? fmt::format("{}", *value) : "none";
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("an outline binds operators as Prometheus does") {
  CHECK(shape("a + b * c") == "(<a||> + (<b||> * <c||>))");
  CHECK(shape("a * b + c") == "((<a||> * <b||>) + <c||>)");
  CHECK(shape("a - b - c") == "((<a||> - <b||>) - <c||>)");
  CHECK(shape("a ^ b ^ c") == "(<a||> ^ (<b||> ^ <c||>))");
  CHECK(shape("-a ^ 2") == "(-(<a||> ^ 2))");
  CHECK(shape("-a * 2") == "((-<a||>) * 2)");
  CHECK(shape("a / b > 0.05") == "((<a||> / <b||>) > 0.05)");
  CHECK(shape("a > 1 and b > 2 or c") == "(((<a||> > 1) and (<b||> > 2)) or <c||>)");
  CHECK(shape("a UNLESS b") == "(<a||> unless <b||>)");
  CHECK(shape("(a + b) * c") == "([(<a||> + <b||>)] * <c||>)");
}

TEST_CASE("an outline knows selectors, calls, aggregations and their modifiers") {
  CHECK(shape("{job=\"a}\"}") == "<|{job=\"a}\"}|>");
  CHECK(shape("rate(x:y{a='b'}[5m] offset 1h)") == "rate(<x:y|{a='b'}|[5m]>)");
  CHECK(shape("x @ end() offset -5m") == "<x||>");
  CHECK(shape("sum by (instance, le,) (x)") == "sum by:instance+le(<x||>)");
  CHECK(shape("SUM(x) WITHOUT (code)") == "sum without:code(<x||>)");
  CHECK(shape("topk(5, x)") == "topk(5, <x||>)");
  CHECK(shape("sum") == "<sum||>");
  CHECK(shape("a / on (instance) group_left (name) b") == "(<a||> / <b||> on:instance group_left)");
  CHECK(shape("a > bool ignoring(code) b") == "(<a||> > <b||> bool ignoring:code)");
  CHECK(shape("max_over_time(rate(x[1m])[1h:5m])") ==
        "max_over_time(sub(rate(<x||[1m]>) [1h:5m]))");
  CHECK(shape("label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\")") ==
        "label_replace(<x||>, \"a\", \"$1\", \"b\", \"(.*)\")");
  CHECK(shape("time() - x") == "(time() - <x||>)");
}

TEST_CASE("a constant is any arithmetic of numbers, and nothing else") {
  CHECK(number_of("1e3") == "1000");
  CHECK(number_of("0x10") == "16");
  CHECK(number_of("-5") == "-5");
  CHECK(number_of("2 * 1024 ^ 2") == "2097152");
  CHECK(number_of("(1 + 2) / 4 % 2") == "0.75");
  CHECK(number_of("5m") == "300");
  CHECK(number_of("-Inf") == "-inf");
  CHECK(number_of("NaN") == "nan");
  CHECK(number_of("x") == "none");
  CHECK(number_of("1 > 2") == "none");
  CHECK(number_of("time() - 5") == "none");
}

TEST_CASE("what has no outline is refused at its column") {
  CHECK(shape("rate(x[5m]") == "column 11: the query ends where ')' is missing");
  CHECK(shape("a +") == "column 4: the query ends where a value is missing");
  CHECK(shape("a b") == "column 3: expected an operator or the end of the query, not 'b'");
  CHECK(shape("ä") == "column 1: 'ä' is no character of the query language");
  CHECK(shape("sum by (=) (x)") == "column 9: a label is missing in front of '='");
  CHECK(shape("sum(x)[5m]") == "column 7: '[5m]' belongs behind a selector");
  CHECK(shape("x offset y") == "column 10: a time is missing in front of 'y'");
  CHECK(shape("* 5") == "column 1: '*' stands where a value is missing");
  CHECK(shape("x{a=\"b") == "column 2: this '{' is not closed");
  CHECK(shape("") == "column 1: the query ends where a value is missing");
}

TEST_CASE("an outline is bounded in length, depth and chains") {
  CHECK(shape(repeated("(", 101) + "1" + repeated(")", 101)) ==
        "column 101: nested more than 100 deep");
  CHECK(shape(repeated("-", 200) + "1") == "column 101: nested more than 100 deep");
  CHECK(shape(repeated("1+", 501) + "1") == "column 1002: more than 500 operators");
  CHECK(shape("x" + repeated("[1h:]", 501)) == "column 2502: more than 500 operators");
  CHECK(shape(repeated(" ", 64 * 1024) + "x") == "column 1: the query is longer than 64 KiB");
}
