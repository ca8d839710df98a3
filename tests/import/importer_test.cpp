#include "checks/import/importer.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/import/support.h"

namespace canarygate::test {

namespace {

ImportedCheck small(const std::string& name) {
  ImportedCheck check;
  check.draft.check.name = name;
  check.draft.check.canary = listed({"a"});
  check.draft.check.baseline = listed({"b"});
  DraftMetric& metric = check.draft.metrics.emplace_back();
  metric.spec.name = "m";
  metric.spec.query = "up";
  return check;
}

/// Reads a file's text as names of checks, one a line; `broken` is a check that is not valid.
Result<Imported, Problems> read_names(std::span<const ImportFile> files, const ImportOptions&) {
  Imported all;
  for (std::string text = files.front().text; !text.empty();) {
    const std::size_t end = text.find('\n');
    all.checks.push_back(small(text.substr(0, end)));
    if (text.substr(0, end) == "broken")
      all.checks.back().draft.metrics.front().spec.query = "{{x}}";
    text = text.substr(end + 1);
  }
  return all;
}

const Importer kNames{"names", "", {".txt"}, false, read_names};

Result<ImportResult, Problems> import_names(const std::string& text,
                                            const std::optional<std::string>& name = {}) {
  const std::vector<ImportFile> files = {{"n.txt", text}};
  return import_checks(kNames, files, {}, name);
}

std::string refusal(const std::string& text, const std::optional<std::string>& name = {}) {
  const auto result = import_names(text, name);
  REQUIRE_FALSE(result.has_value());
  REQUIRE(result.error().size() == 1);
  return result.error().front().str();
}

}  // namespace

TEST_CASE("the table of importers is sorted, and each says what it reads") {
  CHECK(std::ranges::is_sorted(importers(), {}, &Importer::name));
  for (const Importer& importer : importers()) {
    CAPTURE(importer.name);
    CHECK(find_importer(importer.name) == &importer);
    CHECK_FALSE(importer.help.empty());
    CHECK_FALSE(importer.extensions.empty());
    CHECK((importer.read != nullptr));
  }
  CHECK(find_importer("nobody") == nullptr);
}

TEST_CASE("checks of one name get a number, so that none overwrites another") {
  const auto result = import_names("a\nb\na\na b\n");
  REQUIRE(result.has_value());
  std::vector<std::string> names;
  for (const CheckFile& file : result->checks) {
    names.push_back(file.name);
    CHECK(read_back(file.text, file.name).name == file.name);
  }
  CHECK(names == std::vector<std::string>{"a", "b", "a-2", "a-b"});
}

TEST_CASE("a name is for one check") {
  CHECK(import_names("a\n", "c")->checks.front().name == "c");
  CHECK(refusal("a\nb\n", "c") == "n.txt: --name is for one check, and these are 2");
}

TEST_CASE("nothing to import is an error, and so is a check that would not be valid") {
  CHECK(refusal("") == "n.txt: there is nothing in it to make a check from");
  CHECK(refusal("a\nbroken\n") ==
        "checks/broken.yaml:8:12: internal error: the imported check is not valid: unknown "
        "variable {{x}}; define it in 'vars' here or in an environment; nothing was written. "
        "Please report it with the file that you imported");
}

}  // namespace canarygate::test
