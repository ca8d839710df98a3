#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/subject.h"
#include "cli/terminal/progress.h"
#include "pipelines/ci_environment.h"
#include "pipelines/ci_page.h"
#include "pipelines/report.h"
#include "pipelines/reporters/reporter.h"
#include "pipelines/run_id.h"
#include "pipelines/write_report.h"

namespace canarygate {

namespace {

/// A definition that cannot be used: nothing was asked, and every report says so.
Outcome refused(const Options& options, const ConfigRoot* root, const Problems& problems,
                TimePoint clock) {
  const TimePoint now = options.now.value_or(clock);
  Outcome outcome;
  outcome.check = options.names.front();
  const auto usual = root == nullptr ? std::nullopt : root->environment;
  outcome.environment = options.environment ? *options.environment : usual.value_or("");
  outcome.verdict = Verdict::trouble;
  outcome.trouble_kind = ErrorKind::definition;
  for (const Problem& problem : problems) {
    outcome.reasons.push_back({"definition", {}, {}, problem.str()});
  }
  outcome.started_at = outcome.finished_at = now;
  outcome.deployed = !options.deploy;
  // "Run it again" must mean the same deploy.
  outcome.deployed_at = options.deployed_at.value_or(std::chrono::floor<std::chrono::seconds>(now));
  outcome.window.start = outcome.window.end = outcome.deployed_at;
  return outcome;
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

Report make_report(const Options& options, Outcome outcome, const Ports& ports) {
  Report report;
  report.program_version = CANARYGATE_VERSION;
  std::mt19937_64 random = entropy();
  report.run_id = make_run_id(ports.clock.now(), random);
  report.ci = read_ci_environment(ports.variables);
  report.override_reason = options.override_reason;
  report.override_user = ci_user(report.ci, ports.variables);
  report.soft_fail = options.soft_fail.value_or(outcome.mode == Mode::soft);
  report.hard_exit_code = hard_exit_code(outcome);
  report.exit_code = exit_code(outcome, report.soft_fail, options.override_reason.has_value());
  report.command_line = command_line(options, outcome);
  report.outcome = std::move(outcome);
  return report;
}

bool on_stdout(const std::vector<ReportTarget>& targets) {
  return std::ranges::find(targets, std::string(), &ReportTarget::path) != targets.end();
}

/// Prints the explanation and writes all reports. A report that could not be written is exit 2,
/// whatever the verdict: the pipeline that asked for it would show an old one.
int publish(Report report, const std::vector<ReportTarget>& targets, const Variables& variables,
            Console& console) {
  const bool stdout_taken = on_stdout(targets);
  std::ostream& explanation = stdout_taken ? console.err : console.out;
  explanation << explain_text(report, {console.colour && !stdout_taken, console.width});
  explanation.flush();

  int code = report.exit_code;
  const auto failed = [&](const std::string& text) {
    console.err << "canarygate: " << text << "\n";
    code = 2;
  };
  const auto render = [&](const ReportTarget& target) {
    return find_reporter_type(target.format)->render(report);
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
  if (code != report.exit_code) {  // those already written say otherwise
    report.exit_code = code;
    for (const ReportTarget& target : files) {
      const auto written = write_report(target.path, render(target));
      if (!written) failed(written.error().text);
    }
  }
  for (const ReportTarget& target : targets) {
    if (target.path.empty()) console.out << render(target);
    const auto appended =
        append_ci_page(*find_reporter_type(target.format), {&report, 1}, variables);
    if (!appended) console.err << "canarygate: warning: " << appended.error().text << "\n";
  }
  console.out.flush();
  if (!console.out) failed("cannot write to stdout; is the pipe closed or the disk full?");
  return code;
}

}  // namespace

int run_check(const Options& options, const Ports& ports, Console& console) {
  const auto root = root_of(options);
  const auto targets = targets_of(options, root ? &root.value() : nullptr);
  if (!targets) {
    console.err << "canarygate: " << targets.error().text << "\n";
    return 2;
  }
  auto request =
      root ? request_of(options, *root) : Result<GateRequest, Problems>(unexpected(root.error()));
  if (!request) {
    // One line each, not wrapped: for editors and for whoever keeps stdout in a file.
    console.err << format_problems(request.error());
    return publish(make_report(options,
                               refused(options, root ? &root.value() : nullptr, request.error(),
                                       ports.clock.now()),
                               ports),
                   *targets, ports.variables, console);
  }
  request->deploy_prints_to_stderr = on_stdout(*targets);
  request->deploy_anyway = options.override_reason ||
                           options.soft_fail.value_or(request->loaded.check.mode == Mode::soft);
  auto progress = make_progress(*request, options, ports, console.err);
  Outcome outcome = run_gate(*request, ports, *progress);
  progress.reset();  // it leaves the terminal to what follows
  return publish(make_report(options, std::move(outcome), ports), *targets, ports.variables,
                 console);
}

}  // namespace canarygate
