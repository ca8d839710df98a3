#include "checks/definition/yaml.h"

#include <doctest/doctest.h>

namespace canarygate {

TEST_CASE("a node knows its line and column, counted in characters from 1") {
  const auto file = parse_yaml("größe: [1, \"→ x\", y]\nb:\n  c: d\n", "f.yaml");
  REQUIRE(file);
  const YamlNode* list = file->root.find("größe");
  REQUIRE(list != nullptr);
  REQUIRE(list->children.size() == 3);
  CHECK(list->line == 1);
  CHECK(list->column == 8);
  CHECK(list->children[2].column == 19);
  const YamlNode* d = file->root.find("b")->find("c");
  CHECK(d->line == 3);
  CHECK(d->column == 6);
  CHECK(d->file == "f.yaml");
}

TEST_CASE("quoted and block scalars are told from plain ones") {
  const auto file = parse_yaml("a: 1\nb: \"1\"\nc: '1'\nd: |\n  1\n", "f.yaml");
  REQUIRE(file);
  CHECK_FALSE(file->root.find("a")->quoted);
  for (const auto* key : {"b", "c", "d"}) CHECK(file->root.find(key)->quoted);
}

TEST_CASE("a file of more than 1 MiB is refused before it is parsed") {
  const auto file = parse_yaml(std::string(kMostYamlBytes + 1, '#'), "f.yaml");
  REQUIRE_FALSE(file);
  CHECK(file.error().str() == "f.yaml: the file is larger than 1 MiB");
}

TEST_CASE("a file of too many values is refused") {
  std::string text = "[";
  for (std::size_t i = 0; i <= kMostYamlNodes; ++i) text += "1,";
  const auto file = parse_yaml(text + "]", "f.yaml");
  REQUIRE_FALSE(file);
  CHECK(file.error().text == "more than 20000 values in one file");
}

TEST_CASE("a file nested a hundred thousand deep is refused without harm") {
  for (const char* open : {"[", "{a: ", "- "}) {
    CAPTURE(open);
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += open;
    const auto file = parse_yaml(text, "f.yaml");
    REQUIRE_FALSE(file);
    CHECK(file.error().text == "nested more than 32 deep");
  }
}

TEST_CASE("everything that is refused is reported, not only the first") {
  const auto file = parse_yaml("a: &x 1\nb: *x\nb: !t 2\n---\nc: 3\n", "f.yaml");
  REQUIRE(file);
  std::string lines;
  for (const Problem& problem : file->problems) lines += problem.str() + "\n";
  CHECK(lines ==
        "f.yaml:1:4: anchor '&x' is refused; write the value out where it is used\n"
        "f.yaml:2:4: an alias ('*name') is refused; write the value out\n"
        "f.yaml:3:4: tag '!t' is refused; take it out\n"
        "f.yaml:3:1: duplicate key 'b'; the first is in line 2\n"
        "f.yaml:4:1: a second document begins here; write one document a file\n");
}

TEST_CASE("a pipe is not waited for, and a folder is no file") {
  CHECK(read_yaml("/dev/stdin", "f.yaml").error().text == "there is no such file");
  CHECK(read_yaml("/tmp", "f.yaml").error().text == "there is no such file");
}

}  // namespace canarygate
