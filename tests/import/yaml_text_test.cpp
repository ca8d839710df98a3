#include "checks/import/yaml_text.h"

#include <doctest/doctest.h>

#include <array>
#include <random>

#include "checks/definition/yaml.h"

namespace canarygate::test {

namespace {

std::string scalar_back(const std::string& text) {
  const auto yaml = parse_yaml("list: [" + yaml_scalar(text) + ", x]\n", "test");
  REQUIRE_MESSAGE(yaml.has_value(), yaml.error().str());
  REQUIRE(yaml->problems.empty());
  return yaml->root.children.at(0).children.at(0).text;
}

std::string entry_back(const std::string& text, std::size_t indent) {
  const std::string before = indent == 0 ? "" : "outer:\n";
  const auto yaml = parse_yaml(
      before + yaml_entry("key", text, indent) + std::string(indent, ' ') + "after: 1\n", "test");
  REQUIRE_MESSAGE(yaml.has_value(), yaml.error().str());
  REQUIRE(yaml->problems.empty());
  const YamlNode& map = indent == 0 ? yaml->root : yaml->root.children.at(0);
  REQUIRE(map.keys.size() == 2);
  return map.children.at(0).text;
}

constexpr std::array kTexts = {"",
                               " ",
                               "plain",
                               "two words",
                               "true",
                               "No",
                               "null",
                               "~",
                               "1",
                               "1.5",
                               "0x1F",
                               "-1",
                               "- a",
                               "a: b",
                               "a #b",
                               "#a",
                               "it's",
                               "say \"hi\"",
                               "back\\slash",
                               "both ' and \" and \\",
                               "{a: b}",
                               "[a, b]",
                               "a, b",
                               "*a",
                               "&a",
                               "!a",
                               "%a",
                               "@a",
                               "`a`",
                               "|",
                               ">",
                               "?",
                               "a\nb",
                               "\n",
                               "a\n",
                               "\na",
                               "a\n\nb",
                               "  a\n b",
                               "a\n  b\nc",
                               "a\tb",
                               "\ta",
                               "a\r\nb",
                               "a ",
                               " a",
                               "\x01\x1F\x7F",
                               "\xC2\x85",
                               "\xE2\x80\xA8",
                               "\xEF\xBB\xBF",
                               "\xC3\xA4\xC3\xB6",
                               "\xF0\x9F\x90\xA4",
                               "---",
                               "...",
                               "a: |\n  b",
                               "{{hosts}}",
                               "sum by (instance) (rate(x{instance=~\"{{hosts}}\"}[5m]))",
                               "a\n#b",
                               "a\n---\nb"};

}  // namespace

TEST_CASE("a text written as YAML reads back as the same text") {
  for (const std::string text : kTexts) {
    CAPTURE(text);
    CHECK(scalar_back(text) == text);
    CHECK(entry_back(text, 0) == text);
    CHECK(entry_back(text, 4) == text);
  }
}

TEST_CASE("so does any text at all, however it is put together") {
  std::mt19937_64 random(20261127);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (auto parts = random() % 12; parts > 0; --parts)
      text += kTexts.at(random() % kTexts.size());
    CAPTURE(text);
    CHECK(scalar_back(text) == text);
    CHECK(entry_back(text, i % 2 == 0 ? 0 : 4) == text);
  }
}

TEST_CASE("a word that YAML has for something else is quoted, so that it stays text") {
  CHECK(yaml_scalar("yes") == "\"yes\"");
  CHECK(yaml_scalar("Null") == "\"Null\"");
  CHECK(yaml_scalar("12") == "\"12\"");
  CHECK(yaml_scalar("web-1.example") == "web-1.example");
  CHECK(yaml_scalar("up{job=\"a\"}") == "'up{job=\"a\"}'");
}

TEST_CASE("bytes that are no UTF-8 are shown as such") {
  CHECK(scalar_back("a\xFF"
                    "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(scalar_back("\xE2\x28\xA1") == "\xEF\xBF\xBD(\xEF\xBF\xBD");
}

TEST_CASE("a long text is a block, a short one stands behind its key") {
  CHECK(yaml_entry("query", "up", 4) == "    query: up\n");
  const std::string text(80, 'x');
  CHECK(yaml_entry("query", text, 4) == "    query: |-\n      " + text + "\n");
}

TEST_CASE("a comment is broken between words, and nothing in it gets out of it") {
  CHECK(yaml_comment("one\ntwo", 2) == "  # one\n  # two\n");
  CHECK(yaml_comment("a\rb: 1", 0) == "# a\\x0Db: 1\n");
  CHECK(yaml_comment("a\xE2\x80\xA8"
                     "b: 1",
                     0) == "# a\\u2028b: 1\n");
  const std::string word(60, 'x');
  CHECK(yaml_comment("- " + word + " " + word, 0) == "# - " + word + "\n#   " + word + "\n");
}

TEST_CASE("numbers read back as they are, percentages as a person writes them") {
  CHECK(yaml_number(5) == "5");
  CHECK(yaml_number(0.1) == "0.1");
  CHECK(std::stod(yaml_number(4.999999999999999)) == 4.999999999999999);
  CHECK(yaml_percentage(0.07) == "7%");
  CHECK(yaml_percentage(0.125) == "12.5%");
  CHECK(yaml_percentage(1) == "100%");
}

}  // namespace canarygate::test
