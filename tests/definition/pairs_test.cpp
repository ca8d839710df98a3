// Every definition in tests/data/definitions: `KIND-NAME.good.yaml` is accepted, and of
// `KIND-NAME.bad.yaml` exactly the lines of `KIND-NAME.bad.txt` are said, all of them at once.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "checks/text.h"
#include "tests/definition/support.h"
#include "tests/support/folder.h"

namespace canarygate::test {

namespace {

std::vector<std::filesystem::path> definitions(const std::string& ending) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = test::tests_folder() / "data/definitions";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().string().ends_with(ending)) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// What is said of a file in a root where all else is right.
std::vector<std::string> said_of(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const std::string text = read_text(file);
  const TemporaryRoot root(std::string("version: 1\n") + kBackend +
                           "discovery: {prometheus_targets: {url: 'http://127.0.0.1:9090'}}\n");
  root.write("checks/web.yaml", kSmallCheck);
  root.write("environments/prod.yaml", std::string("version: 1\nenvironment: prod\n") + kBackend);
  if (name.starts_with("check-")) root.write("checks/web.yaml", text);
  if (name.starts_with("environment-")) root.write("environments/prod.yaml", text);
  if (name.starts_with("root-")) root.write("canarygate.yaml", text);
  return root.problems();
}

}  // namespace

TEST_CASE("a good definition is accepted without a word") {
  const auto files = definitions(".good.yaml");
  CHECK(files.size() >= 15);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    CHECK(join(said_of(file), "\n") == "");
  }
}

TEST_CASE("of a bad definition everything that is wrong is said, with its place") {
  const auto files = definitions(".bad.yaml");
  CHECK(files.size() >= 100);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    auto expected = file;
    expected.replace_extension(".txt");
    CHECK(join(said_of(file), "\n") + "\n" == read_text(expected));
  }
}

}  // namespace canarygate::test
