/// What comes from outside (hosts, labels, metric names, messages) may hold anything.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "checks/text.h"
#include "pipelines/reporters/html/markup.h"
#include "pipelines/reporters/reporter.h"
#include "pipelines/reporters/xml.h"
#include "tests/support/reports.h"

namespace canarygate {

namespace {

const std::string kPayload =
    "<script>alert('x')</script>\x1b[31m\r\nfake: PASSED\t]]></failure>&amp;\"| **b** `c` "
    "\xC2\x9B\x7F\xFF\xEF\xBF\xBE\x01";

std::string render(const char* name, const Report& report) {
  const ReporterType* type = find_reporter_type(name);
  REQUIRE(type != nullptr);
  return type->render(report);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// No byte that moves a cursor or ends a line, but our own line breaks; valid UTF-8 (which
/// `dump` proves: it throws on any other).
void check_harmless(const std::string& text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte != '\n') CHECK((byte >= 0x20 && byte != 0x7F));
  }
  CHECK_FALSE(contains(text, "\xC2\x9B"));
  CHECK_NOTHROW((void)nlohmann::json(text).dump());
}

}  // namespace

TEST_CASE("nothing from outside can colour, break or forge a line of text") {
  const std::string text = render("text", test::hostile_report(kPayload));
  check_harmless(text);
  CHECK(contains(text, "\\x1B[31m\\x0D\\x0Afake:"));
  CHECK_FALSE(contains(text, "\nfake: PASSED"));
}

TEST_CASE("nothing from outside becomes markup in JUnit") {
  const std::string xml = render("junit", test::hostile_report(kPayload));
  check_harmless(xml);
  CHECK_FALSE(contains(xml, "<script>"));
  CHECK_FALSE(contains(xml, "]]>"));
  CHECK_FALSE(contains(xml, "\xEF\xBF\xBE"));
  CHECK(contains(xml, "&lt;script&gt;"));
}

TEST_CASE("nothing from outside becomes markup or script in HTML") {
  const std::string page = render("html", test::hostile_report(kPayload));
  check_harmless(page);
  CHECK_FALSE(contains(page, "<script>alert"));
  CHECK(contains(page, "&lt;script&gt;alert"));
  std::size_t scripts = 0;
  for (std::size_t at = 0; (at = page.find("</script", at)) != std::string::npos; ++at) ++scripts;
  CHECK(scripts == 2);  // the data and ours
  const std::string_view opening = "<script type=\"application/json\" id=data>";
  const std::size_t data = page.find(opening) + opening.size();
  const std::string json = page.substr(data, page.find("</script>", data) - data);
  CHECK_FALSE(contains(json, "<"));
  const auto views = nlohmann::json::parse(json);
  CHECK(contains(views.at(0).at(0).at("name").get<std::string>(),
                 "<script>alert('x')</script>\\x1B"));
}

TEST_CASE("only addresses of the web become links in HTML") {
  const std::string page = render("html", test::hostile_report("\" onclick=\"x()"));
  CHECK_FALSE(contains(page, "\" onclick=\"x()"));
  CHECK(html::link("javascript:alert(1)", "click") == "click");
  CHECK(html::link("https://a.example/?a=1&b=\"", "<a>") ==
        "<a href=\"https://a.example/?a=1&amp;b=&quot;\" rel=\"noreferrer\">&lt;a&gt;</a>");
}

TEST_CASE("JSON keeps what came from outside as it was, but for invalid UTF-8") {
  const Report report = test::hostile_report(kPayload);
  const std::string json = render("json", report);
  const auto document = nlohmann::json::parse(json);
  std::string expected = kPayload;
  expected.replace(expected.find('\xFF'), 1, "\xEF\xBF\xBD");
  CHECK(document["override"]["reason"] == expected);
  CHECK(document["hosts"]["missing"][0]["host"] == expected);
  const auto markup = nlohmann::json::parse(render("json", test::hostile_report(test::kMarkup)));
  CHECK(markup["override"]["reason"] == test::kMarkup);
  for (const char c : json) {
    CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  }
}

TEST_CASE("nothing from outside forges a line or commands a CI system, in any reporter") {
  const auto first_words = [](const std::string& text) {
    std::set<std::string> words;
    for (const std::string& line : split(text, '\n')) {
      words.insert(std::string(trim(line).substr(0, 4)));
    }
    return words;
  };
  for (const ReporterType& type : reporter_types()) {
    CAPTURE(type.name);
    for (const std::string& payload : {kPayload, std::string(test::kMarkup)}) {
      const std::string text = type.render(test::hostile_report(payload));
      CHECK_NOTHROW((void)nlohmann::json(text).dump());
      CHECK(text.find_first_of("\r\x1b\x01\t") == std::string::npos);
      for (const char* command : {"##[", "##vso["}) CHECK_FALSE(contains(text, command));
      const std::set<std::string> begins = first_words(text);
      for (const char* forged : {"fake", "::se", "::er"}) CHECK_FALSE(begins.contains(forged));
      if (type.name == "tap") CHECK_FALSE(begins.contains("ok 9"));
      if (type.name == "markdown") CHECK_FALSE(begins.contains("/clo"));
    }
  }
}

TEST_CASE("text in XML is escaped, and what XML cannot hold is made visible") {
  CHECK(xml_escape("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&apos;");
  CHECK(xml_escape("one\ntwo\tthree") == "one\ntwo\tthree");
  CHECK(xml_escape("\x1b[0m\r") == "\\x1B[0m\\x0D");
  CHECK(xml_escape(std::string_view("\0", 1)) == "\\x00");
  CHECK(xml_escape("\xEF\xBF\xBE\xEF\xBF\xBF") == "\\uFFFE\\uFFFF");
  CHECK(xml_escape("\xEF\xBF\xBD → ü") == "\xEF\xBF\xBD → ü");
  CHECK(xml_escape("\xFF") == "\xEF\xBF\xBD");
  CHECK(xml_escape("").empty());
}

}  // namespace canarygate
