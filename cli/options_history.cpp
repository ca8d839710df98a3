#include "cli/options_history.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>

#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Action = HistoryOptions::Action;

constexpr const char* kSinceHelp = "Only runs that began since: 30d, or a time";

struct Named {
  const char* name;
  Action action;
  const char* help;
};

constexpr std::array kActions = {
    Named{"list", Action::list, "The runs, the youngest first"},
    Named{"show", Action::show, "One run, with its metrics"},
    Named{"stats", Action::stats, "How often a check would have stopped a deploy, and how rightly"},
    Named{"mark", Action::mark, "Say of a run whether its verdict was right or wrong"},
    Named{"prune", Action::prune, "Remove old runs for good"},
    Named{"export", Action::export_runs, "All of each run as a line of JSON, the youngest first"},
};

void add_choice(CLI::App& command, RawHistory& raw) {
  command.add_option("--check", raw.check, "Only this check")->type_name("NAME");
}

void add_since(CLI::App& command, RawHistory& raw) {
  command.add_option("--since", raw.since, kSinceHelp)->type_name("WHEN");
}

void add_id(CLI::App& command, RawHistory& raw) {
  command.add_option("ID", raw.id, "The run's number, or its run_id as in reports")
      ->required()
      ->type_name("");
}

void add_flags(CLI::App& command, Action action, RawHistory& raw) {
  switch (action) {
    case Action::list:
      add_choice(command, raw);
      add_since(command, raw);
      command.add_option("--limit", raw.limit, "At most so many (default 20; 0: all)")
          ->type_name("N");
      break;
    case Action::show:
      add_id(command, raw);
      break;
    case Action::stats:
      add_choice(command, raw);
      command
          .add_option("--since", raw.since,
                      std::string(kSinceHelp) + " (default: all that are there)")
          ->type_name("WHEN");
      command.add_option("--html", raw.html, "Also write a page of it")->type_name("PATH");
      break;
    case Action::mark:
      add_id(command, raw);
      command.add_option("MARK", raw.mark, "right, wrong, or none to take it back")
          ->required()
          ->type_name("");
      command.add_option("--note", raw.note, "Why")->type_name("TEXT");
      break;
    case Action::prune:
      command.add_option("--older-than", raw.older_than, "Runs that began longer ago: 365d")
          ->required()
          ->type_name("DURATION");
      add_choice(command, raw);
      break;
    case Action::export_runs:
      add_choice(command, raw);
      add_since(command, raw);
      break;
  }
}

}  // namespace

std::vector<CLI::App*> add_history(CLI::App& history, RawHistory& raw) {
  std::vector<CLI::App*> commands;
  history.require_subcommand(1);
  for (const Named& named : kActions) {
    commands.push_back(history.add_subcommand(named.name, named.help));
    add_flags(*commands.back(), named.action, raw);
  }
  return commands;
}

Result<HistoryOptions> read_history(const std::string& action, const RawHistory& raw,
                                    const FlagVariables& variables) {
  const auto refused = [&](const std::string& flag, const std::string& text,
                           std::string_view expected) {
    return unexpected(refused_value(variables, flag, text, expected));
  };
  HistoryOptions options;
  for (const Named& named : kActions) {
    if (action == named.name) options.action = named.action;
  }
  options.check = raw.check;
  options.id = raw.id;
  options.mark = raw.mark;
  options.note = std::string(trim(raw.note));
  options.html = raw.html;
  if (options.action == Action::mark && raw.mark != "right" && raw.mark != "wrong" &&
      raw.mark != "none") {
    return refused("MARK", raw.mark, "expected right, wrong or none");
  }
  if (raw.since) {
    options.ago = parse_duration(*raw.since);
    if (!options.ago) options.since = parse_time(*raw.since);
    if (!options.ago && !options.since) {
      return refused("--since", *raw.since,
                     "expected a duration like 30d, or a time like 2026-11-20T14:03:20Z");
    }
  }
  if (raw.older_than) {
    const auto age = parse_duration(*raw.older_than);
    if (!age) return refused("--older-than", *raw.older_than, "expected a duration like 365d");
    options.older_than = *age;
  }
  if (raw.limit) {
    const auto limit = parse_number<std::int64_t>(*raw.limit);
    if (!limit || *limit < 0) {
      return refused("--limit", *raw.limit, "expected a whole number of at least 0");
    }
    options.limit = *limit;
  }
  return options;
}

}  // namespace canarygate
