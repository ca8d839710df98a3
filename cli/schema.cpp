#include "checks/definition/schema.h"

#include <map>

#include "checks/text.h"
#include "cli/commands.h"
#include "pipelines/reporters/reporter.h"

namespace canarygate {

int run_schema(const Options& options, Console& console) {
  const std::string which = options.names.empty() ? "all" : options.names.front();
  static const std::map<std::string, SchemaOf> kFiles = {{"all", SchemaOf::all},
                                                         {"check", SchemaOf::check},
                                                         {"environment", SchemaOf::environment},
                                                         {"root", SchemaOf::root}};
  const auto file = kFiles.find(which);
  if (options.names.size() > 1 || (file == kFiles.end() && which != "report")) {
    console.err << "canarygate: unknown schema '" << printable(join(options.names, " "))
                << "'; expected check, environment, root, report or nothing\n";
    return 2;
  }
  console.out << (which == "report" ? report_schema() : definition_schema(file->second));
  console.out.flush();
  return console.out ? 0 : 2;
}

}  // namespace canarygate
