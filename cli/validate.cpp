#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "checks/text.h"
#include "cli/commands.h"
#include "cli/subject.h"

namespace canarygate {

namespace {

nlohmann::ordered_json to_json(const Problems& problems) {
  auto list = nlohmann::ordered_json::array();
  for (const Problem& problem : problems) {
    list.push_back({{"file", problem.file},
                    {"line", problem.line},
                    {"column", problem.column},
                    {"text", problem.text}});
  }
  return list;
}

void print_json(const Validation& validation, Console& console) {
  const nlohmann::ordered_json document = {{"version", 1},
                                           {"valid", validation.problems.empty()},
                                           {"checked", validation.checked},
                                           {"problems", to_json(validation.problems)},
                                           {"warnings", to_json(validation.warnings)}};
  console.out << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << "\n";
}

}  // namespace

int run_validate(const Options& options, Console& console) {
  const auto root = root_of(options);
  Validation validation;
  if (root) {
    validation = validate(*root, {options.names.begin(), options.names.end()});
  } else {
    validation.problems = root.error();
  }
  const bool valid = validation.problems.empty();
  if (options.format == Options::Format::json) {
    print_json(validation, console);
    return valid ? 0 : 2;
  }
  console.err << format_problems(validation.problems);
  for (const Problem& warning : validation.warnings) {
    console.err << "warning: " << printable(warning.str()) << "\n";
  }
  console.out << (valid
                      ? fmt::format("{} read, all valid\n",
                                    count_of(validation.checked.size(), "file"))
                      : fmt::format("{} found\n", count_of(validation.problems.size(), "problem")));
  return valid ? 0 : 2;
}

}  // namespace canarygate
