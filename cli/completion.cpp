#include "checks/definition/root_files.h"
#include "cli/commands.h"
#include "cli/subject.h"

namespace canarygate {

/// What the scripts ask while somebody types: the names there are, or none. The scripts themselves
/// are made where the flags are known.
int run_completion(const Options& options, Console& console) {
  const auto root = root_of(options);
  if (!root) return 0;
  const bool checks = options.names.front() == "checks";
  for (const std::string& name : names_on(root->folder, checks ? kChecks : kEnvironments)) {
    console.out << name << "\n";
  }
  return 0;
}

}  // namespace canarygate
