#include "cli/evidence.h"

#include <fmt/format.h>

#include "checks/text.h"
#include "pipelines/evidence/evidence.h"
#include "pipelines/write_report.h"

namespace canarygate {

namespace {

Status write(const std::string& path, bool as_list, const std::vector<Report>& reports) {
  const auto packed = pack_evidence(reports, as_list);
  if (packed) return write_report(path, *packed, "evidence");
  return fail(ErrorKind::output, fmt::format("cannot write the evidence '{}': {}", printable(path),
                                             packed.error().text));
}

}  // namespace

void save_evidence(const std::string& path, bool as_list, std::vector<Report>& reports,
                   Console& console) {
  const auto written = write(path, as_list, reports);
  if (written) return;
  console.err << "canarygate: " << written.error().text << "\n";
  for (Report& report : reports) report.exit_code = 2;
}

}  // namespace canarygate
