/// What others are told of a check's run: that its canary is being watched, and what the verdict
/// is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/gate.h"
#include "pipelines/explanation/explanation.h"
#include "pipelines/report.h"

namespace canarygate {

/// Texts hold what came from outside on one line and without control characters; whoever sends
/// them escapes them for where they go.
struct Notice {
  enum class Moment { start, verdict } moment = Moment::start;
  std::string program_version;
  std::string run_id;
  std::string check;
  std::string environment;  ///< "" for none
  std::string owner;
  std::string runbook;
  std::map<std::string, std::string> ci;  ///< as Report's
  std::string headline;                   ///< what happened, in one sentence
  TimePoint began;  ///< the command of --deploy began; else deployed_at, the end of the deploy
  TimePoint now;    ///< of the event

  std::optional<std::string> override_reason;
  std::vector<std::string> remarks;  ///< soft mode, who overrode it and why, let through by policy

  // Once there is a verdict.
  std::optional<TimePoint> deployed_at;  ///< the end of the deploy; nothing where there was none
  Tone tone = Tone::good;
  Verdict verdict = Verdict::undecided;
  int exit_code = 0;
  int hard_exit_code = 0;
  bool soft_fail = false;
  std::vector<std::string> reasons;  ///< at most five
  std::string what_to_do;            ///< "" where there is nothing to do
  Duration took{0};
  struct Metric {
    std::string name;
    Verdict verdict = Verdict::undecided;
    judge::Effect effect;
    std::optional<double> canary;  ///< means, in the metric's unit
    std::optional<double> baseline;
  };
  std::vector<Metric> metrics;

  /// Name and http(s) address: build, pull request, runbook, dashboards of what did not pass.
  std::vector<std::pair<std::string, std::string>> links;
  /// Label and text: commit, author, who started the build, owner.
  std::vector<std::pair<std::string, std::string>> facts;
};

/// What is the same for all checks of a run.
struct RunFacts {
  std::map<std::string, std::string> ci;
  std::optional<std::string> override_reason;
  std::string override_user;  ///< "" when unknown
};

[[nodiscard]] Notice notice_of_start(const GateRequest& request, const std::string& run_id,
                                     const RunFacts& run, TimePoint now);

/// `began`: when the command of --deploy began; nothing where it was not ours to run.
[[nodiscard]] Notice notice_of_verdict(const Report& report, std::optional<TimePoint> began);

/// Everything but the headline, a line each: reasons, remarks, what to do, facts, links, the run.
[[nodiscard]] std::vector<std::string> lines_of(const Notice& notice);

/// The field of notice_fields() as text; "" for what is not known.
[[nodiscard]] std::string field_of(const Notice& notice, const std::string& name);

}  // namespace canarygate
