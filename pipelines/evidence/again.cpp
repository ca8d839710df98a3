#include "pipelines/evidence/again.h"

#include <fmt/format.h>

#include <utility>

#include "checks/gate.h"
#include "checks/gate/recording.h"
#include "checks/text.h"
#include "pipelines/evidence/definition.h"

namespace canarygate {

namespace {

/// Nothing was asked, and the definition's problems are the reasons.
Outcome refusal(const gate::Recording& recording) {
  Outcome outcome = recording.outcome;
  outcome.verdict = Verdict::trouble;
  outcome.reasons = recording.after.trouble;
  return outcome;
}

Reason what_if_warning(const std::vector<std::string>& settings) {
  return {"what_if",
          {},
          {},
          fmt::format("what if: judged again with {}; this is not how the deploy was judged",
                      printable(join(settings, " and ")))};
}

}  // namespace

Result<Report> judged_again(Report recorded, const std::vector<std::string>& settings,
                            const Ports& ports) {
  Report report = std::move(recorded);
  const auto recording = report.outcome.recording;  // the outcome that holds it is replaced
  if (recording->definition.kind != YamlNode::Kind::null) {
    const auto check = evidence::what_if(*recording, settings);
    if (!check) return unexpected(check.error());
    report.outcome = judge_again(*recording, *check, ports);
  } else if (settings.empty()) {
    report.outcome = refusal(*recording);
  } else {
    return fail(ErrorKind::usage,
                fmt::format("--set '{}': check '{}' was not judged, because its definition could "
                            "not be read",
                            printable(settings.front()), printable(recording->outcome.check)));
  }
  if (!settings.empty()) {
    auto& warnings = report.outcome.warnings;
    warnings.insert(warnings.begin(), what_if_warning(settings));
  }
  report.hard_exit_code = hard_exit_code(report.outcome);
  report.exit_code =
      exit_code(report.outcome, report.soft_fail, report.override_reason.has_value());
  return report;
}

}  // namespace canarygate
