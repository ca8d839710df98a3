#include "pipelines/ci_page.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/fakes.h"
#include "tests/support/reports.h"

namespace canarygate {

namespace {

/// A folder of its own that is gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "canarygate-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("the step summary gets the Markdown report below what is there already") {
  const Folder folder;
  const std::string page = folder / "summary.md";
  std::ofstream(page) << "another step's";
  test::FakeVariables variables;
  variables.values["GITHUB_STEP_SUMMARY"] = page;
  const std::vector<Report> reports{test::report_named("fail")};
  CHECK(append_ci_page(*find_reporter_type("github"), reports, variables));
  CHECK(contents(page) == "another step's\n" + find_reporter_type("markdown")->render(reports[0]));
}

TEST_CASE("no page is written by other reporters, or where none is asked for") {
  const Folder folder;
  const std::string page = folder / "summary.md";
  test::FakeVariables variables;
  const std::vector<Report> reports{test::report_named("fail")};
  CHECK(append_ci_page(*find_reporter_type("github"), reports, variables));
  variables.values["GITHUB_STEP_SUMMARY"] = page;
  for (const ReporterType& type : reporter_types()) {
    if (type.name != "github") CHECK(append_ci_page(type, reports, variables));
  }
  CHECK_FALSE(std::ifstream(page).good());
}

TEST_CASE("a page that cannot be written is an error with file, variable and cause") {
  test::FakeVariables variables;
  variables.values["GITHUB_STEP_SUMMARY"] = "/dev/null/summary.md";
  const std::vector<Report> reports{test::report_named("fail")};
  const auto appended = append_ci_page(*find_reporter_type("github"), reports, variables);
  REQUIRE_FALSE(appended);
  CHECK(appended.error().text ==
        "cannot append to '/dev/null/summary.md' (GITHUB_STEP_SUMMARY): Not a directory; "
        "the verdict stands, only the CI system's page lacks it");
}

}  // namespace canarygate
