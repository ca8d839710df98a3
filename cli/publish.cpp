#include "cli/publish.h"

#include <algorithm>

#include "pipelines/ci_page.h"
#include "pipelines/reporters/reporter.h"
#include "pipelines/write_report.h"

namespace canarygate {

bool on_stdout(const std::vector<ReportTarget>& targets) {
  return std::ranges::find(targets, std::string(), &ReportTarget::path) != targets.end();
}

int publish(std::vector<Report>& reports, bool as_list, const std::vector<ReportTarget>& targets,
            const Variables& variables, Console& console) {
  const bool stdout_taken = on_stdout(targets);
  std::ostream& explanation = stdout_taken ? console.err : console.out;
  const TextStyle style{console.colour && !stdout_taken, console.width};
  explanation << (as_list ? explain_text(reports, style) : explain_text(reports.front(), style));
  explanation.flush();

  const int decided = exit_code(reports);
  int code = decided;
  const auto failed = [&](const std::string& text) {
    console.err << "canarygate: " << text << "\n";
    code = 2;
  };
  const auto render = [&](const ReportTarget& target) {
    const ReporterType& type = *find_reporter_type(target.format);
    return as_list ? type.render_all(reports) : type.render(reports.front());
  };
  std::vector<ReportTarget> files;
  for (const ReportTarget& target : targets) {
    if (target.path.empty()) continue;
    const auto written = write_report(target.path, render(target));
    if (written) {
      files.push_back(target);
    } else {
      failed(written.error().text);
    }
  }
  if (code != decided) {  // those already written say otherwise
    for (Report& report : reports) report.exit_code = code;
    for (const ReportTarget& target : files) {
      const auto written = write_report(target.path, render(target));
      if (!written) failed(written.error().text);
    }
  }
  for (const ReportTarget& target : targets) {
    if (target.path.empty()) console.out << render(target);
    const auto appended = append_ci_page(*find_reporter_type(target.format), reports, variables);
    if (!appended) console.err << "canarygate: warning: " << appended.error().text << "\n";
  }
  console.out.flush();
  if (!console.out) failed("cannot write to stdout; is the pipe closed or the disk full?");
  if (code != decided) {
    for (Report& report : reports) report.exit_code = code;
  }
  return code;
}

}  // namespace canarygate
