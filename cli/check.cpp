#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/failed.h"
#include "cli/history/keep.h"
#include "cli/notices.h"
#include "cli/publish.h"
#include "cli/subject.h"
#include "cli/terminal/progress.h"
#include "pipelines/ci_environment.h"
#include "pipelines/report.h"
#include "pipelines/run_id.h"

namespace canarygate {

namespace {

/// A check that is not run because of a definition, its own or another's: nothing was asked, and
/// every report says so.
Outcome refused(const Options& options, const ConfigRoot* root, const std::string& check,
                const Problems& problems, TimePoint clock) {
  const TimePoint now = options.now.value_or(clock);
  Outcome outcome;
  outcome.check = check;
  const auto usual = root == nullptr ? std::nullopt : root->environment;
  outcome.environment = options.environment ? *options.environment : usual.value_or("");
  outcome.verdict = Verdict::trouble;
  outcome.trouble_kind = ErrorKind::definition;
  for (const Problem& problem : problems) {
    outcome.reasons.push_back({"definition", {}, {}, problem.str()});
  }
  if (problems.empty()) {
    outcome.reasons.push_back({"definition",
                               {},
                               {},
                               "nothing was asked, because another check of this run has a "
                               "definition that is not valid"});
  }
  outcome.started_at = outcome.finished_at = now;
  outcome.deployed = !options.deploy;
  // "Run it again" must mean the same deploy.
  outcome.deployed_at = options.deployed_at.value_or(std::chrono::floor<std::chrono::seconds>(now));
  outcome.window.start = outcome.window.end = outcome.deployed_at;
  return outcome;
}

std::vector<Outcome> refused(const Options& options, const ConfigRoot* root,
                             const Subjects& subjects, TimePoint clock) {
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < subjects.names.size(); ++i) {
    const auto& request = subjects.requests[i];
    outcomes.push_back(
        refused(options, root, subjects.names[i], request ? Problems{} : request.error(), clock));
  }
  return outcomes;
}

/// As it was asked for on the command line: what a flag or the check says of soft mode.
bool soft_fail_of(const Options& options, Mode mode) {
  return options.soft_fail.value_or(mode == Mode::soft);
}

/// The command line's reports; where it names none, those of canarygate.yaml.
Result<std::vector<ReportTarget>> targets_of(const Options& options, const ConfigRoot* root) {
  if (!options.reports.empty() || root == nullptr) return options.reports;
  std::vector<ReportTarget> targets;
  for (const std::string& text : root->reports) {
    auto target = parse_report_target(text);
    if (!target) {
      return fail(ErrorKind::definition,
                  fmt::format("canarygate.yaml: reports: '{}': {}", text, target.error().text));
    }
    targets.push_back(std::move(*target));
  }
  return targets;
}

std::vector<std::string> new_run_ids(std::size_t count, const Ports& ports) {
  std::mt19937_64 random = entropy();
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(make_run_id(ports.clock.now(), random));
  return ids;
}

Report make_report(const Options& options, Outcome outcome, const std::string& run_id,
                   const Ports& ports) {
  Report report;
  report.program_version = CANARYGATE_VERSION;
  report.run_id = run_id;
  report.ci = read_ci_environment(ports.variables);
  report.override_reason = options.override_reason;
  report.override_user = ci_user(report.ci, ports.variables);
  report.soft_fail = soft_fail_of(options, outcome.mode);
  report.hard_exit_code = hard_exit_code(outcome);
  report.exit_code = exit_code(outcome, report.soft_fail, options.override_reason.has_value());
  report.command_line = command_line(options, outcome);
  report.outcome = std::move(outcome);
  return report;
}

std::vector<GateRequest> requests_of(const Options& options, Subjects& subjects,
                                     bool stdout_taken) {
  std::vector<GateRequest> requests;
  if (!subjects.problems.empty()) return requests;
  for (auto& request : subjects.requests) {
    request->deploy_prints_to_stderr = stdout_taken;
    request->record = options.evidence.has_value();
    request->deploy_anyway =
        options.override_reason.has_value() || soft_fail_of(options, request->loaded.check.mode);
    requests.push_back(std::move(*request));
  }
  return requests;
}

std::vector<Outcome> run_all(const Options& options, std::vector<GateRequest> requests,
                             Notices& notices, const Ports& ports, Console& console) {
  const auto progress = make_progress(requests, options, ports, console.err);
  if (requests.size() == 1) {
    return {run_gate(requests.front(), ports, notices.watch(progress->of(0)))};
  }
  std::vector<WatchedRequest> watched;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    watched.push_back({std::move(requests[i]), notices.watch(progress->of(i))});
  }
  return run_gates(watched, ports, options.fail_fast);
}

}  // namespace

int run_check(const Options& options, const Ports& ports, Console& console) {
  const auto root = root_of(options);
  const ConfigRoot* found = root ? &root.value() : nullptr;
  const auto targets = targets_of(options, found);
  if (!targets) return failed(targets.error().text, console);
  Subjects subjects = subjects_of(options, root);
  HistoryKeeper history(options, found, subjects, ports, console);
  const auto run_ids = new_run_ids(subjects.names.size(), ports);
  std::vector<GateRequest> requests = requests_of(options, subjects, on_stdout(*targets));
  Notices notices(options, requests, run_ids, ports, console.err);
  std::vector<Outcome> outcomes;
  if (subjects.problems.empty()) {
    notices.begin();
    outcomes = run_all(options, std::move(requests), notices, ports, console);
  } else {
    // One line each, not wrapped: for editors and for whoever keeps stdout in a file.
    console.err << format_problems(subjects.problems);
    outcomes = refused(options, found, subjects, ports.clock.now());
  }
  std::vector<Report> reports;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    reports.push_back(make_report(options, std::move(outcomes[i]), run_ids[i], ports));
  }
  // How many --all finds must not change what a program has to read.
  const bool as_list = options.all || reports.size() > 1;
  if (options.evidence) save_evidence(*options.evidence, as_list, reports, console);
  const int code = publish(reports, as_list, *targets, ports.variables, console);
  history.record(reports, code);
  notices.decided(reports);
  return code;
}

}  // namespace canarygate
