#include "checks/import/documents.h"

#include <doctest/doctest.h>

namespace canarygate::test {

TEST_CASE("a YAML file's documents keep the file's lines, and empty ones are none") {
  const auto documents = yaml_documents({"a.yaml", "# c\n---\na: 1\n--- # b\n\n---\nb:\n  - x: 2"});
  REQUIRE(documents.has_value());
  REQUIRE(documents->size() == 2);
  CHECK(place_of(documents->at(0)) == "a.yaml:3:1");
  const YamlNode* x = documents->at(1).find("b")->children.front().find("x");
  REQUIRE(x != nullptr);
  CHECK(place_of(*x) == "a.yaml:8:8");
}

TEST_CASE("a YAML file that is none is refused with its line, whichever document it is in") {
  const auto documents = yaml_documents({"a.yaml", "a: 1\n---\nb: [\n---\nc: &x 1\n"});
  REQUIRE_FALSE(documents.has_value());
  REQUIRE(documents.error().size() == 2);
  CHECK(documents.error().at(0).str().starts_with("a.yaml:4:1: not valid YAML: "));
  CHECK(documents.error().at(1).str() ==
        "a.yaml:5:4: anchor '&x' is refused; write the value out where it is used");
}

TEST_CASE("a place in JSON tells its path, and what is not there is nothing") {
  const auto document = parse_json({"a.json", R"({"a": [{"b": 1.5}, null], "c": "x"})"});
  REQUIRE(document.has_value());
  const JsonPlace root(&*document, "a.json", "");
  const JsonPlace b = root["a"].elements().at(0)["b"];
  CHECK(b.number() == 1.5);
  CHECK_FALSE(b.text());
  CHECK(b.where() == "a.json: a[0].b");
  CHECK(b.problem("is wrong").str() == "a.json: a[0].b: is wrong");
  CHECK(root.where() == "a.json");
  CHECK(root["c"].text() == "x");
  CHECK_FALSE(root["c"]["d"]["e"].exists());
  CHECK_FALSE(root["a"].elements().at(1).exists());
  CHECK(root.keys() == std::vector<std::string>{"a", "c"});
}

TEST_CASE(
    "JSON that is none is refused with line and column, and so is a key that is there twice") {
  const auto told = [](const std::string& text) {
    const auto document = parse_json({"a.json", text});
    REQUIRE_FALSE(document.has_value());
    return document.error().str();
  };
  CHECK(told("{\n  \"a\": x}") == "a.json:2:8: not valid JSON: this is not what can stand here");
  CHECK(told("") == "a.json:1:1: not valid JSON: this is not what can stand here");
  CHECK(told(R"({"a": {"b": 1, "b": 2}})") == "a.json: one object has the key 'b' twice");
  CHECK(told("1e999") == "a.json: not valid JSON: a number in it is too large");
  CHECK(told(std::string(200, '[') + std::string(200, ']')) == "a.json: nested more than 100 deep");
}

}  // namespace canarygate::test
