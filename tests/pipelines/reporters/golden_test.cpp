#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "pipelines/reporters/html/assets.h"
#include "pipelines/reporters/reporter.h"
#include "tests/support/folder.h"
#include "tests/support/reports.h"

namespace canarygate {

namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Byte for byte; UPDATE_GOLDEN=1 rewrites the file, which is then to be read by a person.
void check_golden(const fs::path& path, const std::string& text) {
  const fs::path golden = test::tests_folder() / "golden" / path;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    fs::create_directories(golden.parent_path());
    std::ofstream(golden, std::ios::binary) << text;
    return;
  }
  CAPTURE(golden.string());
  CHECK(contents(golden) == text);
}

std::string extension(const std::string& reporter) {
  static const std::map<std::string, std::string> kOthers{{"text", ".txt"},
                                                          {"junit", ".xml"},
                                                          {"markdown", ".md"},
                                                          {"github", ".txt"},
                                                          {"gitlab", ".json"}};
  const auto found = kOthers.find(reporter);
  return found == kOthers.end() ? "." + reporter : found->second;
}

/// The page less its style and script, which are files of their own.
std::string without_assets(std::string page) {
  const html::Assets& assets = html::assets();
  for (const std::string_view part :
       {assets.style, assets.style_hash, assets.script, assets.script_hash}) {
    const std::size_t at = page.find(part);
    REQUIRE(at != std::string::npos);
    page.replace(at, part.size(), "(left out)");
  }
  return page;
}

std::string to_compare(const ReporterType& type, const std::string& text) {
  return type.name == "html" ? without_assets(text) : text;
}

}  // namespace

TEST_CASE("every reporter renders every scenario as its golden file says") {
  for (const auto& [name, report] : test::all_reports()) {
    for (const ReporterType& type : reporter_types()) {
      check_golden(fs::path(type.name) / (name + extension(type.name)),
                   to_compare(type, type.render(report)));
    }
  }
}

TEST_CASE("several checks of one run are one document of each reporter") {
  const std::vector<Report> reports{test::report_named("pass"), test::report_named("fail")};
  for (const ReporterType& type : reporter_types()) {
    check_golden(fs::path(type.name) / ("several" + extension(type.name)),
                 to_compare(type, type.render_all(reports)));
  }
}

/// tests/acceptance/test_markup.py has other people's parsers read these files.
TEST_CASE("a report full of markup, commands and directives is as its golden file says") {
  const Report report = test::hostile_report(test::kMarkup);
  for (const ReporterType& type : reporter_types()) {
    check_golden(fs::path("hostile") / (type.name + extension(type.name)),
                 to_compare(type, type.render(report)));
  }
}

TEST_CASE("the schema of the JSON report is its golden file") {
  check_golden("schema.json", report_schema());
}

}  // namespace canarygate
