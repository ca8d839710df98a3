#include "cli/options_table.h"

#include <fmt/format.h>

#include <array>

#include "checks/text.h"
#include "pipelines/reporters/reporter.h"

namespace canarygate {

namespace {

void add_config(CLI::App& command, RawOptions& raw) {
  command
      .add_option("--config", raw.config, "Folder of canarygate.yaml (default: walk up from here)")
      ->type_name("DIR");
}

void add_common(CLI::App& command, RawOptions& raw) {
  add_config(command, raw);
  command.add_flag("-q,--quiet", raw.quiet, "No progress, only the result");
  command.add_flag("-v,--verbose", raw.verbose, "Say more of what is done");
  command.add_flag("--debug", raw.debug, "Also each request and how it was answered");
  command.add_option("--color", raw.color, "auto, always or never (NO_COLOR is honoured)")
      ->type_name("WHEN");
}

void add_format(CLI::App& command, RawOptions& raw) {
  command.add_option("--format", raw.format, "text or json")->type_name("FORMAT");
}

void add_environment(CLI::App& command, RawOptions& raw) {
  command.add_option("--env", raw.environment, "Environment: environments/NAME.yaml")
      ->type_name("NAME");
}

/// A repeatable flag takes one value each time: what follows it may be the check's name.
void add_hosts_and_metrics(CLI::App& command, RawOptions& raw) {
  command.add_option("--canary", raw.canary, "Canary hosts, instead of discovery")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("HOST[,HOST]");
  command.add_option("--baseline", raw.baseline, "Baseline hosts, instead of discovery")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("HOST[,HOST]");
  command.add_option("--var", raw.vars, "Fills in {{K}}; repeatable")
      ->allow_extra_args(false)
      ->type_name("K=V");
  command.add_option("--only", raw.only, "Only this metric; repeatable")
      ->allow_extra_args(false)
      ->type_name("METRIC");
}

/// What says which check, hosts and time are meant.
void add_subject(CLI::App& command, RawOptions& raw) {
  add_environment(command, raw);
  command
      .add_option(
          "--deployed-at", raw.deployed_at,
          "When the canary's deploy ended (default: now); a window already past is judged at "
          "once")
      ->type_name("TIME");
  command.add_option("--now", raw.now, "Pretend it is this time; nothing later is read")
      ->type_name("TIME");
  add_hosts_and_metrics(command, raw);
}

std::string report_help() {
  std::vector<std::string> names;
  for (const ReporterType& type : reporter_types()) names.push_back(type.name);
  return fmt::format("Write a report: {}; no PATH is stdout; repeatable", list_of(names, 20));
}

void add_judge(CLI::App& command, RawOptions& raw) {
  command
      .add_option("FILE", raw.names,
                  "The evidence, and where it is of several checks, the NAMEs of those that are "
                  "meant (default: all)")
      ->required()
      ->type_name("[NAME…]");
  command
      .add_option("--set", raw.settings,
                  "What if: KEY=VALUE for the check or all its metrics, METRIC.KEY=VALUE for one "
                  "(`--set allow=5%`); repeatable")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  command.add_option("--report", raw.reports, report_help())
      ->allow_extra_args(false)
      ->type_name("FORMAT[=PATH]");
  command.add_option("--color", raw.color, "auto, always or never (NO_COLOR is honoured)")
      ->type_name("WHEN");
}

void add_check(CLI::App& command, RawOptions& raw) {
  command
      .add_option("NAME", raw.names, "The checks: checks/NAME.yaml; several run at the same time")
      ->type_name("");
  command.add_flag("--all", raw.all,
                   "Every check that the environment's `checks` names (default: every check)");
  command.add_flag("--fail-fast", raw.fail_fast, "The first check that fails ends the others");
  add_subject(command, raw);
  command.add_flag("--no-wait", raw.no_wait, "Judge what is there now, without waiting");
  command.add_flag(
      "--soft-fail", raw.soft_fail,
      "Report, never stop the deploy (--soft-fail=false: stop it even if the check says "
      "`mode: soft`)");
  command
      .add_option("--override", raw.override_reason,
                  "Let the deploy go on whatever the verdict; REASON stands in every report")
      ->type_name("REASON");
  command
      .add_option(
          "--deploy", raw.deploy,
          "Deploys the canary: run once by /bin/sh; when it fails nothing is judged, exit 2")
      ->type_name("COMMAND");
  command
      .add_option("--observe", raw.observe,
                  "Watch the hosts for this long before --deploy's command runs (default: 0)")
      ->type_name("DURATION");
  command.add_option("--timeout", raw.timeout, "For the whole run (default: what it needs and 2m)")
      ->type_name("DURATION");
  command.add_option("--report", raw.reports, report_help())
      ->allow_extra_args(false)
      ->type_name("FORMAT[=PATH]");
  command.add_flag("--no-notify", raw.no_notify,
                   "Tell nobody that the environment's `notify` names");
  command
      .add_option("--evidence", raw.evidence,
                  "Keep what was judged in FILE (a .json.gz), for `canarygate judge`")
      ->type_name("FILE");
  command
      .add_option("--seed", raw.seed, "Seed of the placebo draws (default: from check and deploy)")
      ->type_name("N");
  command.add_flag("--no-history", raw.no_history,
                   "Neither learn from past runs nor record this one");
  add_common(command, raw);
}

void add_name(CLI::App& command, RawOptions& raw) {
  command.add_option("NAME", raw.names, "The check: checks/NAME.yaml")->required()->type_name("");
}

void add_validate(CLI::App& command, RawOptions& raw) {
  command.add_option("file", raw.names, "Only these files")->type_name("FILE");
  add_common(command, raw);
  add_format(command, raw);
}

/// `explain` and `hosts`.
void add_survey(CLI::App& command, RawOptions& raw) {
  add_name(command, raw);
  add_subject(command, raw);
  add_common(command, raw);
  add_format(command, raw);
}

void add_replay(CLI::App& command, RawOptions& raw) {
  add_name(command, raw);
  add_environment(command, raw);
  add_hosts_and_metrics(command, raw);
  add_backtest(command, raw.backtest);
  command
      .add_option("--seed", raw.seed,
                  "Seed of the made-up deploys' times and hosts (default: from the check's name)")
      ->type_name("N");
  command.add_flag("--no-history", raw.no_history, "Leave out the deploys that the history knows");
  add_common(command, raw);
  add_format(command, raw);
}

void add_comparison(CLI::App& command, RawOptions& raw) {
  add_compare(command, raw.compare);
  add_format(command, raw);
}

void add_past_runs(CLI::App& command, RawOptions& raw) {
  for (CLI::App* action : add_history(command, raw.history)) {
    add_environment(*action, raw);
    add_config(*action, raw);
    if (action->get_name() != "export") add_format(*action, raw);
  }
}

void add_promote(CLI::App& command, RawOptions& raw) {
  add_name(command, raw);
  add_environment(command, raw);
  add_config(command, raw);
}

void add_schema(CLI::App& command, RawOptions& raw) {
  command
      .add_option("which", raw.names,
                  "check, environment, root or report (default: all three files in one)")
      ->type_name("WHICH");
}

void add_nothing(CLI::App& /*command*/, RawOptions& /*raw*/) {}

struct CommandRow {
  Options::Command command;
  const char* name;
  const char* help;
  void (*add_flags)(CLI::App& command, RawOptions& raw);
};

using Command = Options::Command;

/// In the order of the help.
constexpr std::array kCommands = std::to_array<CommandRow>({
    {Command::check, "check", "The gate: waits for the window, looks as it goes, and decides",
     add_check},
    {Command::validate, "validate",
     "All definitions, offline; for the pull request that changes them", add_validate},
    {Command::explain, "explain",
     "The plan: hosts, queries, windows, cost, what it could detect; decides nothing", add_survey},
    {Command::hosts, "hosts", "What discovery finds, and how each name maps to a series",
     add_survey},
    {Command::backtest, "backtest",
     "The check replayed on the past: how often would it have stopped a deploy?", add_replay},
    {Command::compare, "compare", "Two sets of numbers from files, without a check",
     add_comparison},
    {Command::judge, "judge", "Judges an evidence file of `check --evidence` again, offline",
     add_judge},
    {Command::history, "history", "Past runs: list, show, stats, mark, prune, export",
     add_past_runs},
    {Command::promote, "promote", "From soft to hard mode in the file, when history says so",
     add_promote},
    {Command::schema, "schema", "JSON Schemas of the files and of the JSON report", add_schema},
    {Command::version, "version", "The program's version", add_nothing},
});

}  // namespace

std::vector<Subcommand> add_commands(CLI::App& app, RawOptions& raw) {
  std::vector<Subcommand> commands;
  for (const CommandRow& row : kCommands) {
    commands.push_back({row.command, app.add_subcommand(row.name, row.help)});
    row.add_flags(*commands.back().app, raw);
  }
  return commands;
}

}  // namespace canarygate
