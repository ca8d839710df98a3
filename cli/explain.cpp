#include "checks/text.h"
#include "cli/commands.h"
#include "cli/explain/json.h"
#include "cli/explain/text.h"
#include "cli/failed.h"
#include "cli/subject.h"
#include "cli/survey.h"

namespace canarygate {

int run_explain(const Options& options, const Ports& ports, Console& console) {
  const auto seen = survey(options, ports, SurveyDepth::history);
  if (!seen) return failed(seen.error(), console);
  const std::vector<std::string> troubles = troubles_of(*seen);
  if (options.format == Options::Format::json) {
    print_plan_json(*seen, troubles, console);
  } else {
    print_plan_text(*seen, console);
  }
  for (const std::string& trouble : troubles) {
    console.err << "canarygate: " << printable(trouble) << "\n";
  }
  return troubles.empty() ? 0 : 2;
}

}  // namespace canarygate
