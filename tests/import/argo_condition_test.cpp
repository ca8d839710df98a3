#include "checks/import/argo_condition.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace canarygate::test {

namespace {

using argo::Condition;
using Missing = argo::Condition::Missing;
using Of = argo::Condition::Of;

Condition condition(const std::string& text) {
  const auto parsed = argo::parse_condition(text);
  if (!parsed) FAIL((text + ": " + parsed.error().text));
  return *parsed;
}

/// `column: words` up to what is possible instead.
std::string refusal(const std::string& text) {
  const auto parsed = argo::parse_condition(text);
  REQUIRE_FALSE_MESSAGE(parsed.has_value(), text);
  const std::string words = parsed.error().text.substr(0, parsed.error().text.find(';'));
  return std::to_string(parsed.error().column) + ": " + words;
}

double before(double value) {
  return std::nextafter(value, -std::numeric_limits<double>::infinity());
}
double after(double value) {
  return std::nextafter(value, std::numeric_limits<double>::infinity());
}

}  // namespace

TEST_CASE("a bound belongs to what passes exactly where the condition says so") {
  struct Case {
    const char* text;
    double passes, fails;
  };
  for (const Case& c :
       {Case{"result[0] >= 0.95", 0.95, before(0.95)}, Case{"result[0] > 0.95", after(0.95), 0.95},
        Case{"result[0] <= 5", 5, after(5)}, Case{"result[0] < 5", before(5), 5},
        Case{"5 > result[0]", before(5), 5}, Case{"0.95 <= result[0]", 0.95, before(0.95)},
        Case{"result[0] == 3", 3, after(3)}, Case{"result[0] != 3", after(3), 3},
        Case{"!(result[0] >= 5)", before(5), 5}, Case{"not (result[0] < 5)", 5, before(5)},
        Case{"result[0] > -1.5e-3", 0, -0.0015}, Case{"default(result[0], 0) < 5", before(5), 5}}) {
    CAPTURE(c.text);
    const Condition read = condition(c.text);
    CHECK(read.numbers.contains(c.passes));
    CHECK_FALSE(read.numbers.contains(c.fails));
    CHECK(read.numbers.ranges().size() <= 2);
  }
}

TEST_CASE("conditions are put together as in logic, && before ||") {
  const Condition between = condition("result[0] > 1 && result[0] <= 2");
  CHECK(between.numbers == ValueSet::range(after(1), 2));
  const Condition outside = condition("result[0] < 1 or result[0] > 2");
  CHECK(argo::negated(outside).numbers == ValueSet::range(1, 2));
  const Condition mixed = condition("result[0] < 1 || result[0] > 2 && result[0] < 3");
  CHECK(mixed.numbers.contains(0));
  CHECK(mixed.numbers.contains(2.5));
  CHECK_FALSE(mixed.numbers.contains(1.5));
  CHECK_FALSE(mixed.numbers.contains(3));
  const Condition grouped = condition("(result[0] < 1 || result[0] > 2) && result[0] < 3");
  CHECK(grouped.numbers == mixed.numbers);
  CHECK(condition("!(result[0] < 1) and !(result[0] > 2)").numbers == ValueSet::range(1, 2));
}

TEST_CASE("NaN passes only where the condition lets it") {
  CHECK_FALSE(condition("result[0] < 5").nan);
  CHECK(condition("!(result[0] < 5)").nan);
  CHECK(condition("isNaN(result[0]) || result[0] >= 0.95").nan);
  CHECK_FALSE(condition("!isNaN(result[0]) && result[0] != 1").nan);
  CHECK(condition("result[0] != 1").nan);
}

TEST_CASE("an empty result passes, does not, or cannot be asked") {
  CHECK(condition("result[0] < 5").missing == Missing::error);
  CHECK_FALSE(condition("result[0] < 5").names_missing);
  CHECK(condition("len(result) > 0 && result[0] < 5").missing == Missing::no);
  CHECK(condition("len(result) == 0 || result[0] < 5").missing == Missing::yes);
  CHECK(condition("len(result) == 0 || result[0] < 5").names_missing);
  CHECK(condition("result[0] < 5 || len(result) == 0").missing == Missing::error);
  CHECK(condition("default(result, 0) < 5").missing == Missing::yes);
  CHECK(condition("default(result, 9) < 5").missing == Missing::no);
  CHECK(condition("isNil(result) || result < 5").missing == Missing::yes);
  CHECK(condition("result != nil && result < 5").missing == Missing::no);
  CHECK(condition("all(result, # < 5)").missing == Missing::yes);
  CHECK_FALSE(condition("all(result, # < 5)").names_missing);
  CHECK(condition("any(result, # > 5)").missing == Missing::no);
}

TEST_CASE("a condition on a list is one on its largest or its smallest number") {
  const auto of = [](const std::string& text) { return condition(text).of; };
  CHECK(of("result < 5") == Of::itself);
  CHECK(of("asFloat(result) < 5") == Of::itself);
  CHECK(of("result[0] < 5") == Of::first);
  CHECK(of("all(result, # < 5)") == Of::largest);
  CHECK(of("all(result, {# >= 5})") == Of::smallest);
  CHECK(of("any(result, # > 5)") == Of::largest);
  CHECK(of("none(result, # < 5)") == Of::smallest);
  CHECK(of("len(result) > 0 && all(result, # < 5)") == Of::largest);
  CHECK_FALSE(condition("none(result, # < 5)").numbers.contains(before(5)));
  CHECK(condition("none(result, # < 5)").numbers.contains(5));
}

TEST_CASE("what is beyond is refused where it stands") {
  CHECK(refusal("result[0] * 100 < 5") == "11: '*' is beyond what can be imported");
  CHECK(refusal("result[1] < 5") == "8: '1' is beyond what can be imported");
  CHECK(refusal("result.rate < 5") == "7: '.' is beyond what can be imported");
  CHECK(refusal("result == \"ok\"") == "11: '\"' is beyond what can be imported");
  CHECK(refusal("result") == "7: it ends too early");
  CHECK(refusal("") == "1: it ends too early");
  CHECK(refusal("result[0] < 5 result") == "15: 'result' is beyond what can be imported");
  CHECK(refusal("max(result) < 5") == "1: 'max' is beyond what can be imported");
  CHECK(refusal("len(result) > 2") == "13: '>' is beyond what can be imported");
  CHECK(refusal("result[0] < result[0]") == "11: '<' is beyond what can be imported");
  CHECK(refusal("\xC3\xA4 < 5") == "1: '\xC3\xA4' is beyond what can be imported");
  CHECK(refusal("result[0] < 5 && result < 5") ==
        "15: it looks at two different numbers of the result, and a limit is for one");
  CHECK(refusal("all(result, # > 1) && all(result, # < 5)") ==
        "20: it looks at two different numbers of the result, and a limit is for one");
  CHECK(refusal("all(result, # > 1 && # < 5)") ==
        "1: 'all' is beyond what can be imported unless each number has one bound, as in # < 5");
  CHECK(refusal(std::string(200, '(')).find("beyond") != std::string::npos);
  CHECK(argo::parse_condition("x < 1").error().text ==
        "'x' is beyond what can be imported; possible are comparisons of result, result[0] or "
        "default(result, N) with a number, isNaN, isNil, len(result) with 0, all, any and none of "
        "(result, # < N), and &&, ||, ! and parentheses");
}

TEST_CASE("any text at all is read or refused, and never more") {
  const std::vector<std::string> words = {"result", "[0]", "<", "5", "&&", "(", ")", "!",  "len",
                                          "all",    ",",   "#", "{", "}",  "-", ".", "1e", "\xC3"};
  for (std::size_t i = 0; i < 4000; ++i) {
    std::string text;
    for (std::size_t n = i; n > 0; n /= words.size()) text += words[n % words.size()];
    const auto parsed = argo::parse_condition(text);
    if (!parsed) CHECK_FALSE(parsed.error().text.empty());
  }
}

TEST_CASE("sets of values are exact") {
  const ValueSet set = ValueSet::below(1, true).united(ValueSet::above(2, false));
  CHECK(set.complement() == ValueSet::range(after(1), 2));
  CHECK(set.complement().complement() == set);
  CHECK(set.united(ValueSet::range(after(1), 2)) == ValueSet::all());
  CHECK(set.common(ValueSet::range(0, 5)).ranges().size() == 2);
  CHECK(ValueSet::all().complement().empty());
  CHECK(ValueSet::none().complement() == ValueSet::all());
}

}  // namespace canarygate::test
