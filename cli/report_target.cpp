#include <fmt/format.h>

#include "checks/text.h"
#include "cli/options.h"
#include "pipelines/reporters/reporter.h"

namespace canarygate {

Result<ReportTarget> parse_report_target(const std::string& text) {
  const std::size_t equals = text.find('=');
  ReportTarget target{text.substr(0, equals),
                      equals == std::string::npos ? "" : text.substr(equals + 1)};
  if (find_reporter_type(target.format) == nullptr) {
    std::vector<std::string> known;
    for (const ReporterType& type : reporter_types()) known.push_back(type.name);
    return fail(ErrorKind::usage, fmt::format("unknown report format '{}'; expected {}",
                                              printable(target.format), list_of(known, 20)));
  }
  if (equals != std::string::npos && target.path.empty()) {
    return fail(ErrorKind::usage, "the path after '=' is empty; leave out '=' for stdout");
  }
  if (target.path == "-") target.path.clear();
  return target;
}

}  // namespace canarygate
