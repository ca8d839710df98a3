#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "checks/text.h"
#include "cli/commands.h"
#include "cli/failed.h"
#include "cli/import/inputs.h"
#include "cli/subject.h"
#include "pipelines/write_report.h"

namespace canarygate {

namespace {

namespace fs = std::filesystem;

void list_left_out(const std::vector<LeftOut>& left_out, const std::string& title,
                   Console& console) {
  if (left_out.empty()) return;
  console.err << title << "\n";
  for (const LeftOut& one : left_out) {
    console.err << "  " << printable(one.where) << ": " << printable(one.what) << "\n";
  }
}

int print(const ImportResult& result, Console& console) {
  if (result.checks.size() > 1) {
    std::vector<std::string> names;
    for (const CheckFile& check : result.checks) names.push_back(check.name);
    return failed(fmt::format("these are {} checks ({}); give a config root to write them into "
                              "with --output DIR",
                              names.size(), list_of(names)),
                  console);
  }
  console.out << result.checks.front().text;
  console.out.flush();
  if (!console.out) return failed("stdout cannot be written", console);
  list_left_out(result.checks.front().left_out, "not carried over:", console);
  list_left_out(result.left_out, "not imported:", console);
  return 0;
}

int write(const ImportResult& result, const ImportWish& wish, Console& console) {
  const fs::path folder = fs::path(*wish.output) / "checks";
  const auto path_of = [&](const CheckFile& check) { return folder / (check.name + ".yaml"); };
  if (!wish.force) {
    std::error_code ignored;
    for (const CheckFile& check : result.checks) {
      // A link that leads nowhere is there, too.
      if (!fs::exists(fs::symlink_status(path_of(check), ignored))) continue;
      return failed(fmt::format("{} is there already, and nothing was written; replace it with "
                                "--force, or choose another --name",
                                printable(path_of(check).string())),
                    console);
    }
  }
  for (const CheckFile& check : result.checks) {
    if (const Status written = write_report(path_of(check), check.text); !written) {
      std::string text = written.error().text;
      constexpr std::string_view kReport = "write the report";
      if (const auto at = text.find(kReport); at != std::string::npos) {
        text.replace(at, kReport.size(), "write the check");
      }
      return failed(text, console);
    }
    console.out << fmt::format("{} written: {}\n", printable(path_of(check).string()),
                               count_of(check.metrics, "metric"));
    console.out.flush();
    list_left_out(check.left_out, fmt::format("not carried over to {}:", check.name), console);
  }
  list_left_out(result.left_out, "not imported:", console);
  return console.out ? 0 : failed("stdout cannot be written", console);
}

}  // namespace

int run_import(const Options& options, Console& console) {
  const ImportWish& wish = options.import;
  const auto files = read_inputs(wish.inputs, wish.importer->extensions, std::cin);
  if (!files) return failed(files.error(), console);
  const auto result = import_checks(*wish.importer, *files, wish.options, wish.name);
  if (!result) return failed(result.error(), console);
  return wish.output ? write(*result, wish, console) : print(*result, console);
}

}  // namespace canarygate
