// Good files with bytes changed: whatever comes of it is an answer, never a crash or a hang.
#include <doctest/doctest.h>

#include <random>

#include "checks/definition/parse.h"
#include "checks/definition/yaml.h"
#include "tests/definition/support.h"
#include "tests/support/folder.h"

namespace canarygate {

namespace {

std::string mutated(std::string text, std::mt19937_64& random) {
  constexpr std::string_view kSpecial = "{}[]:,#&*!|>'\"%@`-? \n\t~<\\0";
  const std::uint64_t changes = 1 + random() % 8;
  for (std::uint64_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        text[at] = kSpecial[random() % kSpecial.size()];
        break;
      case 2:
        text.erase(at, 1 + random() % 20);
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 30));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("a file with changed bytes is accepted or refused with a place, and nothing else") {
  std::mt19937_64 random(20261120);
  const std::string folder = (test::tests_folder() / "data/definitions/").string();
  const std::string check = test::read_text(folder + "check-every-key.good.yaml");
  const std::string environment = test::read_text(folder + "environment-every-key.good.yaml");
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const bool is_check = i % 2 == 0;
    const std::string text = mutated(is_check ? check : environment, random);
    auto file = parse_yaml(text, "f.yaml");
    Problems problems;
    if (!file) {
      problems.push_back(file.error());
    } else if (is_check) {
      problems = file->problems;
      (void)parse_check(file->root, "web", problems);
    } else {
      problems = file->problems;
      (void)parse_environment(file->root, "prod", problems);
    }
    for (const Problem& problem : problems) {
      CHECK(problem.file == "f.yaml");
      CHECK_FALSE(problem.text.empty());
    }
    ++(problems.empty() ? accepted : refused);
  }
  CHECK(accepted > 50);
  CHECK(refused > 1000);
}

}  // namespace canarygate
