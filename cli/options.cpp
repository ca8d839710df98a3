#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"
#include "cli/flag_source.h"
#include "cli/options_completion.h"
#include "cli/options_table.h"

namespace canarygate {

namespace {

using Command = Options::Command;

constexpr std::string_view kDuration = "expected a duration like 90s, 10m or 1h30m";

std::string variable_of(const CLI::Option& option) {
  std::string name = "CANARYGATE_" + option.get_lnames().front();
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

/// Flags that were not given take their CANARYGATE_… variable: one value a line, booleans
/// 1/0/true/false. Returns what to call each option that was filled so, for messages.
Result<FlagVariables> take_variables(CLI::App& command, const Variables& variables) {
  FlagVariables taken;
  for (CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || option->count() > 0) continue;
    const std::string& flag = option->get_lnames().front();
    if (flag == "help") continue;
    const std::string variable = variable_of(*option);
    const auto value = variables.get(variable);
    if (!value) continue;
    const bool is_flag = option->get_expected_max() == 0;
    if (is_flag) {
      const std::string word = to_lower(trim(*value));
      const bool yes = word == "1" || word == "true";
      if (!yes && word != "0" && word != "false") {
        return fail(ErrorKind::usage, fmt::format("{}={}: expected 1, 0, true or false", variable,
                                                  printable(*value)));
      }
      option->add_result(yes ? "true" : "false");
    } else {
      // A single value may be a script of several lines.
      const bool repeatable = option->get_expected_max() > 1;
      const auto values = repeatable ? split(*value, '\n') : std::vector<std::string>{*value};
      for (const std::string& one : values) {
        if (!trim(one).empty()) option->add_result(std::string(trim(one)));
      }
      if (option->count() == 0) continue;
    }
    option->run_callback();
    taken["--" + flag] = variable;
  }
  return taken;
}

/// Turns RawOptions into Options, naming the flag or variable that a bad value came from.
class Reader {
 public:
  Reader(const CLI::App& command, FlagVariables taken)
      : command_(command), taken_(std::move(taken)) {}

  [[nodiscard]] bool given(const std::string& flag) const {
    const CLI::Option* option = command_.get_option_no_throw(flag);
    return option != nullptr && (option->count() > 0 || taken_.contains(flag));
  }

  template <typename T>
  void read(const std::string& flag, const std::string& text, std::optional<T>& into,
            const std::function<std::optional<T>(std::string_view)>& parse,
            std::string_view expected) {
    if (!given(flag)) return;
    into = parse(text);
    if (!into) refuse(flag, text, expected);
  }

  void refuse(const std::string& flag, const std::string& text, std::string_view expected) {
    complain(refused_value(taken_, flag, text, expected).text);
  }

  /// `relation`: how the two stand to each other, "with" or "without".
  void refuse_pair(const std::string& flag, std::string_view relation, const std::string& other,
                   std::string_view why) {
    complain(fmt::format("{} {} {}: {}", source_of(taken_, flag), relation,
                         source_of(taken_, other), why));
  }

  [[nodiscard]] bool by_variable(const std::string& flag) const { return taken_.contains(flag); }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  /// Only the first is told.
  void complain(std::string text) {
    if (error_.empty()) error_ = std::move(text);
  }

  const CLI::App& command_;
  FlagVariables taken_;
  std::string error_;
};

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_';
  });
}

/// CANARYGATE_VAR_NAME, then --var, which wins. The names of variables are lower case in files.
void read_vars(const RawOptions& raw, const char* const* environment, Reader& reader,
               Options& options) {
  constexpr std::string_view kPrefix = "CANARYGATE_VAR_";
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    if (entry.size() == equals + 1) continue;  // empty is unset
    const auto name = entry.substr(kPrefix.size(), equals - kPrefix.size());
    options.vars[to_lower(name)] = entry.substr(equals + 1);
  }
  for (const std::string& var : raw.vars) {
    const std::size_t equals = var.find('=');
    if (equals == std::string::npos || !is_variable_name(var.substr(0, equals))) {
      reader.refuse("--var", var, "expected NAME=VALUE");
      continue;
    }
    options.vars[var.substr(0, equals)] = var.substr(equals + 1);
  }
}

void read_words(const RawOptions& raw, Reader& reader, Options& options) {
  if (reader.given("--color")) {
    if (raw.color == "always") {
      options.colour = Options::Colour::always;
    } else if (raw.color == "never") {
      options.colour = Options::Colour::never;
    } else if (raw.color != "auto") {
      reader.refuse("--color", raw.color, "expected auto, always or never");
    }
  }
  if (reader.given("--format")) {
    if (raw.format == "json") {
      options.format = Options::Format::json;
    } else if (raw.format != "text") {
      reader.refuse("--format", raw.format, "expected text or json");
    }
  }
  if (raw.quiet) options.verbosity = Options::Verbosity::quiet;
  if (raw.verbose) options.verbosity = Options::Verbosity::verbose;
  if (raw.debug) options.verbosity = Options::Verbosity::debug;
}

void read_reports(const RawOptions& raw, Reader& reader, Options& options) {
  for (const std::string& text : raw.reports) {
    auto target = parse_report_target(text);
    if (!target) {
      reader.refuse("--report", text, target.error().text);
      continue;
    }
    options.reports.push_back(std::move(*target));
  }
  const auto on_stdout = std::ranges::count(options.reports, std::string(), &ReportTarget::path);
  if (on_stdout > 1)
    reader.refuse("--report", raw.reports.back(), "only one report can go to stdout");
}

void read_deploy(const RawOptions& raw, Reader& reader, Options& options) {
  reader.read<Duration>("--observe", raw.observe, options.observe, parse_duration, kDuration);
  if (!reader.given("--deploy")) {
    if (reader.given("--observe")) {
      reader.refuse_pair("--observe", "without", "--deploy",
                         "it is how long to watch before that command runs");
    }
    return;
  }
  options.deploy = raw.deploy;
  if (trim(raw.deploy).empty()) reader.refuse("--deploy", raw.deploy, "give a command for /bin/sh");
  if (reader.given("--deployed-at")) {
    reader.refuse_pair("--deploy", "with", "--deployed-at",
                       "the deploy ends when its command does; to judge an earlier one leave out "
                       "the command");
  }
  if (reader.given("--now")) {
    reader.refuse_pair("--deploy", "with", "--now",
                       "nothing can be deployed at a time that is only pretended");
  }
  if (raw.no_wait) {
    reader.refuse_pair("--deploy", "with", "--no-wait",
                       "when the command ends there is nothing to judge yet");
  }
}

/// Which checks: by name, in their order and each once, or all of them.
void read_names(const RawOptions& raw, Reader& reader, Options& options) {
  for (const std::string& name : raw.names) {
    if (std::ranges::find(options.names, name) == options.names.end())
      options.names.push_back(name);
  }
  // Who names checks does not mean what a variable says of every run.
  options.all = raw.all && (options.names.empty() || !reader.by_variable("--all"));
  if (options.all && !options.names.empty()) {
    reader.refuse_pair("--all", "with", "'" + printable(options.names.front()) + "'",
                       "name the checks, or run them all");
  }
}

Result<Options> to_options(const RawOptions& raw, Reader& reader, const char* const* environment) {
  constexpr std::string_view kTime = "expected a time like 2026-11-20T14:03:20Z or Unix seconds";
  Options options;
  read_names(raw, reader, options);
  options.fail_fast = raw.fail_fast;
  options.no_history = raw.no_history;
  if (reader.given("--env")) options.environment = raw.environment;
  if (reader.given("--config")) options.config = raw.config;
  if (reader.given("--override")) {
    options.override_reason = std::string(trim(raw.override_reason));
    if (options.override_reason->empty()) {
      reader.refuse("--override", raw.override_reason, "give the reason in words");
    }
  }
  if (reader.given("--soft-fail")) options.soft_fail = raw.soft_fail;
  options.no_wait = raw.no_wait;
  options.no_notify = raw.no_notify;
  options.canary_hosts = raw.canary;
  options.baseline_hosts = raw.baseline;
  options.only = raw.only;
  options.settings = raw.settings;
  if (reader.given("--evidence")) options.evidence = raw.evidence;
  reader.read<TimePoint>("--deployed-at", raw.deployed_at, options.deployed_at, parse_time, kTime);
  reader.read<TimePoint>("--now", raw.now, options.now, parse_time, kTime);
  reader.read<Duration>("--timeout", raw.timeout, options.timeout, parse_duration, kDuration);
  reader.read<std::uint64_t>("--seed", raw.seed, options.seed, parse_number<std::uint64_t>,
                             "expected a whole number from 0 to 18446744073709551615");
  read_deploy(raw, reader, options);
  read_words(raw, reader, options);
  read_vars(raw, environment, reader, options);
  read_reports(raw, reader, options);
  if (!reader.error().empty()) return fail(ErrorKind::usage, reader.error());
  return options;
}

EarlyExit usage_error(const std::string& text, const std::string& command) {
  return {2, fmt::format("canarygate: {}\nTry `canarygate {}--help`.\n", text,
                         command.empty() ? "" : command + " ")};
}

std::string unknown(const std::string& what, const std::string& word,
                    const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return fmt::format(
      "unknown {} '{}'; {}", what, printable(word),
      near.empty() ? "there are " + list_of(known, 20) : fmt::format("did you mean '{}'?", near));
}

/// CLI11 would only say that a subcommand is required.
std::string unknown_command(int argc, const char* const* argv,
                            const std::vector<Subcommand>& commands) {
  if (argc < 2) return "which command? It is usually `canarygate check NAME`";
  if (argv[1][0] == '-') return {};
  const std::string word = argv[1];
  std::vector<std::string> known;
  for (const Subcommand& command : commands) known.push_back(command.app->get_name());
  const auto command = std::ranges::find(known, word);
  if (command == known.end()) return unknown("command", word, known);
  std::vector<std::string> actions;
  for (const CLI::App* action :
       commands[static_cast<std::size_t>(command - known.begin())].app->get_subcommands({})) {
    actions.push_back(action->get_name());
  }
  if (actions.empty()) return {};
  if (argc < 3) return fmt::format("{} what? There are {}", word, list_of(actions, 20));
  if (argv[2][0] == '-' || std::ranges::find(actions, argv[2]) != actions.end()) return {};
  return unknown("action of " + word, argv[2], actions);
}

/// The sub-command that was meant, where a command has some.
CLI::App& innermost(CLI::App& command) {
  const auto actions = command.get_subcommands();
  return actions.empty() ? command : *actions.front();
}

/// `check`, `history list`
std::string name_of(CLI::App& command) {
  const CLI::App& action = innermost(command);
  return command.get_name() + (&action == &command ? "" : " " + action.get_name());
}

/// What only the command `options.command` can be told; `action` is the sub-command's name.
Status read_own(const std::string& action, const RawOptions& raw, const FlagVariables& taken,
                Options& options) {
  const auto keep = [](auto read, auto& into) -> Status {
    if (!read) return unexpected(std::move(read.error()));
    into = std::move(*read);
    return Done{};
  };
  switch (options.command) {
    case Command::backtest:
      return keep(read_backtest(raw.backtest, taken), options.backtest);
    case Command::compare:
      return keep(read_compare(raw.compare, taken), options.compare);
    case Command::history:
      return keep(read_history(action, raw.history, taken), options.history);
    case Command::import:
      return keep(read_import(raw.import, taken), options.import);
    case Command::init:
      return keep(read_init(raw.init, taken), options.init);
    default:
      return Done{};
  }
}

}  // namespace

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv,
                                               const Variables& variables,
                                               const char* const* environment) {
  RawOptions raw;
  CLI::App app{
      "canarygate stands between a canary and the rest of the fleet: it compares the canary's "
      "metrics\n"
      "with the others', and exits 0 (go on) or 1 (stop). 2 means it could not tell."};
  app.name("canarygate");
  app.footer("Every flag of a command can also be given as CANARYGATE_FLAG_NAME=value.");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("canarygate ") + CANARYGATE_VERSION);
  const auto commands = add_commands(app, raw);

  if (const std::string unknown = unknown_command(argc, argv, commands); !unknown.empty()) {
    return usage_error(unknown, "");
  }
  const auto chosen = [&] {
    return std::ranges::find_if(commands, [](const Subcommand& c) { return c.app->parsed(); });
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto command = chosen();
    return EarlyExit{0, command == commands.end() ? app.help() : command->app->help("canarygate")};
  } catch (const CLI::Success& answer) {
    return EarlyExit{0, std::string(answer.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    const auto command = chosen();
    return usage_error(printable(error.what()),
                       command == commands.end() ? "" : name_of(*command->app));
  }

  const auto command = chosen();
  CLI::App& app_of_command = innermost(*command->app);
  const std::string name = name_of(*command->app);
  auto taken = take_variables(app_of_command, variables);
  if (!taken) return usage_error(taken.error().text, name);
  Reader reader(app_of_command, *taken);
  auto options = to_options(raw, reader, environment);
  if (!options) return usage_error(options.error().text, name);
  if (command->command == Command::completion) {
    const std::string& word = options->names.front();
    if (auto script = completion_script(app, word)) return EarlyExit{0, std::move(*script)};
    if (word != "checks" && word != "environments") {
      return usage_error(
          fmt::format("completion '{}': expected bash, zsh or fish", printable(word)), name);
    }
  }
  options->command = command->command;
  const Status own = read_own(app_of_command.get_name(), raw, *taken, *options);
  if (!own) return usage_error(own.error().text, name);
  if (command->command == Command::judge) options->names = raw.names;  // a check may be called so
  if (command->command == Command::check && options->names.empty() && !options->all) {
    return usage_error("NAME is required: which checks? --all runs them all", name);
  }
  const bool one_check =
      command->command == Command::explain || command->command == Command::hosts ||
      command->command == Command::backtest || command->command == Command::promote;
  if (one_check && options->names.size() != 1) {
    return usage_error(fmt::format("{} takes one check, not {}", name, options->names.size()),
                       name);
  }
  return std::move(*options);
}

}  // namespace canarygate
