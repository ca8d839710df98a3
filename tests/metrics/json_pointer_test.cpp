#include "checks/metrics/json_pointer.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace canarygate;

namespace {

/// A document and what stands in it.
struct Document {
  explicit Document(const std::string& text) { REQUIRE(!parser.parse(text).get(root)); }
  simdjson::dom::parser parser;
  JsonElement root;

  [[nodiscard]] std::string at(const std::string& pointer) const {
    const auto parsed = JsonPointer::parse(pointer);
    REQUIRE(parsed.has_value());
    const auto found = parsed->find(root);
    CHECK(parsed->find_any(root).has_value() == found.has_value());
    return found ? simdjson::minify(*found) : found.error();
  }
};

}  // namespace

TEST_CASE("the pointers of RFC 6901, section 5, find what they say there") {
  const Document document(
      R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8})");
  CHECK(document.at("/foo") == R"(["bar","baz"])");
  CHECK(document.at("/foo/0") == R"("bar")");
  CHECK(document.at("/") == "0");
  CHECK(document.at("/a~1b") == "1");
  CHECK(document.at("/c%d") == "2");
  CHECK(document.at("/e^f") == "3");
  CHECK(document.at("/g|h") == "4");
  CHECK(document.at("/i\\j") == "5");
  CHECK(document.at("/k\"l") == "6");
  CHECK(document.at("/ ") == "7");
  CHECK(document.at("/m~0n") == "8");
  CHECK(document.at("#").size() > 50);
  CHECK(document.at("") == document.at("#"));
}

TEST_CASE("what is no pointer is none") {
  for (const char* text : {"foo", "foo/bar", "/a~", "/a~2b", "#/foo", "$.foo"}) {
    CAPTURE(text);
    CHECK_FALSE(JsonPointer::parse(text).has_value());
  }
}

TEST_CASE("what is not there is told with what is there instead") {
  const Document document(R"({"data":{"result":[1,2],"status":"ok"},"x~y":{"z":null}})");
  CHECK(document.at("/dta") ==
        "nothing stands at '/dta'; there is an object with 'data' and 'x~y'");
  CHECK(document.at("/data/series") ==
        "nothing stands at '/data/series'; at '/data' there is an object with 'result' and "
        "'status'");
  CHECK(document.at("/data/result/2") ==
        "nothing stands at '/data/result/2'; at '/data/result' there is a list of 2");
  CHECK(document.at("/data/result/01") ==
        "nothing stands at '/data/result/01'; at '/data/result' there is a list of 2");
  CHECK(document.at("/data/result/-").starts_with("nothing stands at '/data/result/-'"));
  CHECK(document.at("/data/status/x") ==
        "nothing stands at '/data/status/x'; at '/data/status' there is the text 'ok'");
  CHECK(document.at("/x~0y/z/a") == "nothing stands at '/x~0y/z/a'; at '/x~0y/z' there is null");
}

TEST_CASE("things are called by what they are, shortened and on one line") {
  const Document document(R"([{}, [], "a\nb", 5, -1.5, true, null])");
  std::vector<std::string> names;
  for (const JsonElement element : simdjson::dom::array(document.root)) {
    names.push_back(describe_json(element));
  }
  CHECK(names == std::vector<std::string>{"an empty object", "an empty list", "the text 'a\\x0Ab'",
                                          "the number 5", "the number -1.5", "true", "null"});
}

TEST_CASE("a number is a number or a text that is one; what is not finite is missing") {
  const auto number = [](const std::string& text) {
    const Document document("[" + text + "]");
    return json_number(simdjson::dom::array(document.root).at(0));
  };
  CHECK(number("5") == 5);
  CHECK(number("-1.5e3") == -1500);
  CHECK(number(R"("0.25")") == 0.25);
  CHECK(number(R"("+3")") == 3);
  CHECK(number("18446744073709551615") == 18446744073709551615.0);
  for (const char* text :
       {"null", R"("NaN")", R"("nan")", R"("Infinity")", R"("-inf")", R"("+Inf")"}) {
    CAPTURE(text);
    const auto value = number(text);
    REQUIRE(value.has_value());
    CHECK(std::isnan(*value));
  }
  for (const char* text :
       {"true", "[]", "{}", R"("")", R"("x")", R"("1 ")", R"("5ms")", R"("0x10")", R"("+-1")"}) {
    CAPTURE(text);
    CHECK_FALSE(number(text).has_value());
  }
}
