#include <fmt/format.h>

#include <algorithm>

#include "checks/text.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/numbers.h"

namespace canarygate {

namespace {

using namespace explanation;

std::string opening(int code) {
  if (code == 0) return "GO ON";
  if (code == 1) return "STOPPED";
  return code == 2 ? "TROUBLE" : "INTERRUPTED";
}

}  // namespace

Explanation summarize(std::span<const Report> reports) {
  const int code = exit_code(reports);
  const auto passed = std::ranges::count_if(
      reports, [](const Report& report) { return release_of(report) == Release::passed; });
  const bool all = static_cast<std::size_t>(passed) == reports.size();
  Explanation summary;
  summary.tone = code != 0 ? Tone::bad : all ? Tone::good : Tone::warning;
  summary.headline =
      fmt::format("{}: {} of {} passed", opening(code), passed, count_of(reports.size(), "check"));
  Items checks;
  double false_alarms = 0.0;  // the sum bounds it, however the checks depend on one another
  bool known = true;
  for (const Report& report : reports) {
    checks.texts.push_back(explain(report).headline);
    false_alarms += report.outcome.judge.false_alarms;
    known = known && false_alarms_hold(report.outcome);
  }
  if (!checks.texts.empty()) summary.blocks.push_back(std::move(checks));
  if (false_alarms > 0.0 && known) {
    summary.blocks.push_back(Paragraph{
        fmt::format("When nothing is wrong these checks together stop a deploy about {} at most.",
                    format_odds(std::min(1.0, false_alarms)))});
  }
  return summary;
}

}  // namespace canarygate
