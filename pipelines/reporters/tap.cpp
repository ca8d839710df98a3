/// Test Anything Protocol, version 13, for what reads test results from a log: a test a metric, and
/// one for the gate itself where a reason belongs to no metric.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "checks/text.h"
#include "pipelines/explanation/test_cases.h"
#include "pipelines/reporters/reporter.h"
#include "pipelines/reporters/reporters.h"

namespace canarygate {

namespace {

using explanation::Mark;
using explanation::TestCase;

/// `#` begins a directive (`# SKIP`) unless it is escaped.
std::string tap_text(std::string_view text) {
  std::string escaped;
  for (const char c : printable(text)) {
    if (c == '#' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// A double-quoted scalar: JSON's, but for the characters that end a line in YAML and not in JSON.
std::string yaml_text(std::string_view text) {
  using Json = nlohmann::json;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kBreaks{
      {{"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}, {"\xEF\xBB\xBF", "\\uFEFF"}}};
  std::string quoted = Json(printable(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const auto& [character, escape] : kBreaks) {
    for (std::size_t at = quoted.find(character); at != std::string::npos;
         at = quoted.find(character, at + escape.size())) {
      quoted.replace(at, character.size(), escape);
    }
  }
  return quoted;
}

std::string test_line(const Report& report, const TestCase& test, std::size_t number) {
  const bool red = test.mark == Mark::failure || test.mark == Mark::error;
  const std::string& check = report.outcome.check;
  const std::string name = check.empty() ? test.name : check + ": " + test.name;
  std::string text = fmt::format("{} {} - {}", red ? "not ok" : "ok", number, tap_text(name));
  if (test.mark == Mark::skipped) text += " # SKIP " + tap_text(test.message);
  text += "\n";
  if (red) {
    text += fmt::format("  ---\n  message: {}\n  verdict: {}\n  ...\n", yaml_text(test.message),
                        to_string(test.verdict));
  }
  return text;
}

std::string comment(const std::string& text) {
  std::string lines;
  for (const std::string& line : split(trim(text), '\n')) {
    lines += line.empty() ? "#\n" : "# " + line + "\n";
  }
  return lines;
}

}  // namespace

std::string render_tap(const Report& report) { return render_all_tap({&report, 1}); }

std::string render_all_tap(std::span<const Report> reports) {
  std::string tests;
  std::size_t number = 0;
  for (const Report& report : reports) {
    for (const TestCase& test : explanation::test_cases(report)) {
      tests += test_line(report, test, ++number);
    }
    tests += comment(explain_text(report, TextStyle{}));
  }
  return fmt::format("TAP version 13\n1..{}\n{}", number, tests);
}

}  // namespace canarygate
