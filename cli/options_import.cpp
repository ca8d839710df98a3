#include "cli/options_import.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "checks/text.h"

namespace canarygate {

namespace {

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const Importer& importer : importers()) names.push_back(importer.name);
  return names;
}

std::string list_of_kinds() {
  std::string list = "Kinds:\n";
  for (const Importer& importer : importers()) {
    list += fmt::format("  {:<18} {}\n", importer.name, importer.help);
  }
  return list + "\nThe check goes to stdout, and what was not carried over to stderr.";
}

std::string unknown_kind(const std::string& kind) {
  const std::vector<std::string> known = kinds();
  const std::string near = nearest(kind, known);
  return fmt::format("unknown kind '{}'; {}", printable(kind),
                     near.empty() ? "there are " + list_of(known, known.size())
                                  : fmt::format("did you mean '{}'?", near));
}

}  // namespace

void add_import(CLI::App& command, RawImport& raw) {
  command.add_option("KIND", raw.kind, "What the files are of")->required()->type_name("");
  command.add_option("FILE", raw.inputs, "Files of that kind, or folders of them; - is stdin")
      ->required()
      ->type_name("");
  command.add_option("--name", raw.name, "The check's name (default: what the file says)")
      ->type_name("NAME");
  command.add_option("--judge", raw.judge, "kayenta: judge by kayenta (default) or placebo")
      ->type_name("NAME");
  command
      .add_option("--output", raw.output,
                  "Write checks/NAME.yaml into this config root instead of to stdout")
      ->type_name("DIR");
  command.add_flag("--force", raw.force, "With --output: replace checks that are there");
  command.footer(list_of_kinds());
}

Result<ImportWish> read_import(const RawImport& raw, const FlagVariables& variables) {
  const auto source = [&](const char* flag) { return source_of(variables, flag); };
  ImportWish wish{find_importer(raw.kind), raw.inputs, raw.name, {}, raw.output, raw.force};
  if (wish.importer == nullptr) return fail(ErrorKind::usage, unknown_kind(raw.kind));
  if (raw.name && check_name_of(*raw.name) != *raw.name) {
    return fail(ErrorKind::usage,
                fmt::format("{} '{}': expected a name of letters, digits, . _ and -",
                            source("--name"), printable(*raw.name)));
  }
  if (raw.judge) {
    if (!wish.importer->has_judge) {
      return fail(ErrorKind::usage,
                  fmt::format("{} '{}': {} has no judge of its own to choose another for",
                              source("--judge"), printable(*raw.judge), raw.kind));
    }
    if (*raw.judge != raw.kind && *raw.judge != "placebo") {
      return fail(ErrorKind::usage,
                  fmt::format("{} '{}': expected {} or placebo", source("--judge"),
                              printable(*raw.judge), raw.kind));
    }
    if (*raw.judge == "placebo") wish.options.judge = ImportOptions::Judge::placebo;
  }
  if (raw.output && raw.output->empty()) {
    return fail(ErrorKind::usage, fmt::format("{}: name a folder", source("--output")));
  }
  if (raw.force && !raw.output) {
    return fail(ErrorKind::usage, fmt::format("{} without {}: nothing is written, so nothing can "
                                              "be replaced",
                                              source("--force"), source("--output")));
  }
  if (std::ranges::count(raw.inputs, "-") > 1) {
    return fail(ErrorKind::usage, "stdin (-) can be read only once");
  }
  return wish;
}

}  // namespace canarygate
