#include "checks/promql/matcher.h"

#include <doctest/doctest.h>

using namespace canarygate::promql;

namespace {

Matcher matcher(Matcher::Op op, std::string value) {
  auto made = make_matcher("host", op, std::move(value));
  REQUIRE(made.has_value());
  return *made;
}

bool is_match(const std::string& pattern, std::string_view value) {
  const bool accepted = matcher(Matcher::Op::matches, pattern).accepts(value);
  CHECK(matcher(Matcher::Op::matches_not, pattern).accepts(value) == !accepted);
  return accepted;
}

}  // namespace

TEST_CASE("a regular expression is held against the whole value") {
  CHECK(is_match("web-.*", "web-1"));
  CHECK_FALSE(is_match("web", "web-1"));
  CHECK_FALSE(is_match("eb-1", "web-1"));
  CHECK(is_match("web-1|web-2", "web-2"));
  CHECK_FALSE(is_match("web-1|web", "web-12"));
  CHECK(is_match("(?i)WEB-\\d", "web-1"));
  CHECK(is_match(".*", ""));
  CHECK_FALSE(is_match(".+", ""));
  CHECK(is_match("a.b", "a\nb"));
  CHECK_FALSE(is_match("^a$", "a\n"));
  CHECK(is_match("\\Qa.b\\E", "a.b"));
}

TEST_CASE("equality is of the text as it stands") {
  CHECK(matcher(Matcher::Op::equal, "a.b").accepts("a.b"));
  CHECK_FALSE(matcher(Matcher::Op::equal, "a.b").accepts("axb"));
  CHECK(matcher(Matcher::Op::not_equal, "a").accepts(""));
  CHECK_FALSE(matcher(Matcher::Op::not_equal, "").accepts(""));
}

TEST_CASE("a label that a series does not have counts as empty") {
  const Labels labels = {{"__name__", "up"}, {"host", "web-1"}};
  const auto all = [&](const std::vector<Matcher>& matchers) { return accepts(matchers, labels); };
  CHECK(all({}));
  CHECK(all({matcher(Matcher::Op::equal, "web-1")}));
  CHECK_FALSE(
      all({matcher(Matcher::Op::equal, "web-1"), matcher(Matcher::Op::not_equal, "web-1")}));
  CHECK(all({*make_matcher("job", Matcher::Op::equal, "")}));
  CHECK(all({*make_matcher("job", Matcher::Op::matches, ".*")}));
  CHECK_FALSE(all({*make_matcher("job", Matcher::Op::not_equal, "")}));
}

TEST_CASE("a pattern that cannot be used is told, and a huge one takes no memory") {
  CHECK(make_matcher("a", Matcher::Op::matches, "a)").error() ==
        "the regular expression 'a)' cannot be used: unexpected ): a)");
  CHECK(make_matcher("a", Matcher::Op::matches_not, "*\x1B").error() ==
        "the regular expression '*\\x1B' cannot be used: no argument for repetition operator: *");
  CHECK(make_matcher("a", Matcher::Op::matches, "((x{100}){100}){100}").error() ==
        "the regular expression '((x{100}){100}){100}' cannot be used: invalid repetition size: "
        "{100}");
  CHECK(make_matcher("a", Matcher::Op::matches, "((\\pL{30}){30})*").error() ==
        "the regular expression '((\\pL{30}){30})*' cannot be used: pattern too large - compile "
        "failed");
}

TEST_CASE("a pattern of a thousand host names is not too large") {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) {
    pattern += "canary-" + std::to_string(i) + "\\.eu-central-1\\.compute\\.example\\.com:9100|";
  }
  CHECK(is_match(pattern, "canary-999.eu-central-1.compute.example.com:9100"));
  CHECK_FALSE(is_match(pattern, "canary-1000.eu-central-1.compute.example.com:9100"));
}
