#include "cli/options_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "checks/import/importer.h"
#include "checks/text.h"
#include "pipelines/reporters/reporter.h"

namespace canarygate {

namespace {

/// What may stand where a value does.
struct Value {
  enum class Kind { none, anything, words, checks, environments, files, folders } kind = Kind::none;
  std::vector<std::string> words{};
};

/// `history list`, or `check`, with its options.
struct Line {
  std::string command;
  std::string help;
  const CLI::App* app;
};

std::vector<Line> lines_of(const CLI::App& app) {
  std::vector<Line> lines;
  const auto all = [](const CLI::App* one) { return !one->get_name().empty(); };
  for (const CLI::App* command : app.get_subcommands(all)) {
    lines.push_back({command->get_name(), command->get_description(), command});
    for (const CLI::App* action : command->get_subcommands(all)) {
      lines.push_back(
          {command->get_name() + " " + action->get_name(), action->get_description(), action});
    }
  }
  return lines;
}

/// The first words after `command`: what it does, where that is to be said first.
std::vector<std::string> actions_of(const std::vector<Line>& lines, const std::string& command) {
  const std::string start = command.empty() ? "" : command + " ";
  std::vector<std::string> actions;
  for (const Line& line : lines) {
    if (!line.command.starts_with(start) || line.command == command) continue;
    const std::string rest = line.command.substr(start.size());
    if (rest.find(' ') == std::string::npos) actions.push_back(rest);
  }
  return actions;
}

bool takes_value(const CLI::Option& option) { return option.get_expected_max() != 0; }

Value value_of(const std::string& command, const CLI::Option& option) {
  using Kind = Value::Kind;
  const std::string name =
      option.get_lnames().empty() ? option.get_name(true) : option.get_lnames().front();
  static const std::map<std::string, std::vector<std::string>> kWords = {
      {"format", {"text", "json"}},
      {"color", {"auto", "always", "never"}},
      {"judge", {"mann-whitney", "kayenta", "placebo"}},
      {"worse", {"higher", "lower", "either"}},
      {"alternative", {"two.sided", "greater", "less"}},
      {"which", {"check", "environment", "root", "report"}},
      {"MARK", {"right", "wrong", "none"}},
      {"SHELL", {"bash", "zsh", "fish"}},
  };
  if (!takes_value(option)) return {};
  if (command == "import" && name == "judge") return {Kind::words, {"kayenta", "placebo"}};
  if (command == "import" && name == "KIND") {
    Value value{Kind::words};
    for (const Importer& importer : importers()) value.words.push_back(importer.name);
    return value;
  }
  if (const auto words = kWords.find(name); words != kWords.end()) {
    return {Kind::words, words->second};
  }
  if (name == "report") {
    Value value{Kind::words};
    for (const ReporterType& type : reporter_types()) value.words.push_back(type.name);
    return value;
  }
  if (name == "env") return {Kind::environments};
  if (name == "NAME" || (name == "check" && command != "init")) return {Kind::checks};
  const std::string type = option.get_type_name();
  if (name == "DIR" || type == "DIR") return {Kind::folders};
  if (type.starts_with("FILE") || type == "PATH") return {Kind::files};
  return {Kind::anything};
}

std::vector<std::string> flags_of(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_lnames()) flags.push_back("--" + name);
  for (const std::string& name : option.get_snames()) flags.push_back("-" + name);
  return flags;
}

std::string in_shell(const Value& value) {
  switch (value.kind) {
    case Value::Kind::none:
      return "";
    case Value::Kind::anything:
      return "anything";
    case Value::Kind::words:
      return "words " + join(value.words, " ");
    case Value::Kind::checks:
      return "checks";
    case Value::Kind::environments:
      return "environments";
    case Value::Kind::files:
      return "files";
    case Value::Kind::folders:
      break;
  }
  return "folders";
}

/// Two functions that bash and zsh both read: what may follow a command, and what a value may be.
std::string tables(const CLI::App& app) {
  const auto lines = lines_of(app);
  std::string words =
      fmt::format("    '') echo '{} --help --version' ;;\n", join(actions_of(lines, ""), " "));
  std::string values;
  for (const Line& line : lines) {
    std::vector<std::string> all = actions_of(lines, line.command);
    for (const CLI::Option* option : line.app->get_options()) {
      const Value value = value_of(line.command, *option);
      const auto flags = flags_of(*option);
      all.insert(all.end(), flags.begin(), flags.end());
      if (value.kind == Value::Kind::none) continue;
      if (flags.empty()) {
        values += fmt::format("    '{}') echo '{}' ;;\n", line.command, in_shell(value));
      }
      for (const std::string& flag : flags) {
        values += fmt::format("    '{} {}') echo '{}' ;;\n", line.command, flag, in_shell(value));
      }
    }
    words += fmt::format("    '{}') echo '{}' ;;\n", line.command, join(all, " "));
  }
  return fmt::format(
      "_canarygate_words() {{\n  case \"$1\" in\n{}  esac\n}}\n\n"
      "_canarygate_value() {{\n  case \"$1\" in\n{}  esac\n}}\n\n",
      words, values);
}

constexpr const char* kBash = R"(_canarygate() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command= config= word kind= i list=
  COMPREPLY=()
  if [[ $cur == '=' ]]; then
    cur=
  elif [[ $prev == '=' ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == --config ]]; then
      config=${COMP_WORDS[i+1]}
      [[ $config == '=' ]] && config=${COMP_WORDS[i+2]}
    fi
    [[ $word == -* || $word == '=' ]] && continue
    if [[ " $(_canarygate_words "$command") " == *" $word "* ]]; then
      command=${command:+$command }$word
    fi
  done
  [[ $prev == -* ]] && kind=$(_canarygate_value "$command $prev")
  if [[ -z $kind ]]; then
    [[ $cur == -* || -z $command ]] || kind=$(_canarygate_value "$command")
    list=$(_canarygate_words "$command")
    [[ $cur == -* || -z $kind ]] || list=
  fi
  case $kind in
    words*) list=${kind#words} ;;
    checks | environments)
      list=$("${COMP_WORDS[0]}" completion "$kind" ${config:+--config "$config"} 2>/dev/null) ;;
    files)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    folders)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$list" -- "$cur")
}

complete -F _canarygate canarygate
)";

constexpr const char* kZsh = R"(_canarygate() {
  local cur=${words[CURRENT]} prev=${words[CURRENT-1]}
  local command= config= word kind= i list=
  if [[ $cur == --*=* ]]; then
    prev=${cur%%=*}
    cur=${cur#*=}
    compset -P '*='
  fi
  for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
    case $word in
      --config) config=${words[i+1]} ;;
      --config=*) config=${word#--config=} ;;
    esac
    [[ $word == -* ]] && continue
    if [[ " $(_canarygate_words "$command") " == *" $word "* ]]; then
      command=${command:+$command }$word
    fi
  done
  [[ $prev == -* ]] && kind=$(_canarygate_value "$command $prev")
  if [[ -z $kind ]]; then
    [[ $cur == -* || -z $command ]] || kind=$(_canarygate_value "$command")
    list=$(_canarygate_words "$command")
    [[ $cur == -* || -z $kind ]] || list=
  fi
  case $kind in
    words*) list=${kind#words} ;;
    checks | environments)
      list=$(${words[1]} completion $kind ${config:+--config} ${config:+$config} 2>/dev/null) ;;
    files) _files; return ;;
    folders) _files -/; return ;;
  esac
  compadd -- ${=list}
}

if [[ ${funcstack[1]} == _canarygate ]]; then
  _canarygate "$@"
else
  compdef _canarygate canarygate
fi
)";

std::string fish_text(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_value(const Value& value) {
  switch (value.kind) {
    case Value::Kind::none:
      return "";
    case Value::Kind::anything:
      return " -x";
    case Value::Kind::words:
      return " -x -a " + fish_text(join(value.words, " "));
    case Value::Kind::checks:
      return " -x -a '(__canarygate_names checks)'";
    case Value::Kind::environments:
      return " -x -a '(__canarygate_names environments)'";
    case Value::Kind::files:
      return " -r -F";
    case Value::Kind::folders:
      break;
  }
  return " -x -a '(__fish_complete_directories)'";
}

constexpr const char* kFish = R"(# The words before the cursor that are no flags.
function __canarygate_said
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or echo $word
    end
end

# Whether these are all that was said.
function __canarygate_says
    set -l said (__canarygate_said)
    test "$said" = "$argv"
end

# Whether these were said first.
function __canarygate_is
    set -l said (__canarygate_said)
    set -l last (count $argv)
    test (count $said) -ge $last; and test "$said[1..$last]" = "$argv"
end

function __canarygate_names
    set -l words (commandline -opc)
    set -l config
    for i in (seq (count $words))
        string match -q -- --config $words[$i]; and set config --config $words[(math $i + 1)]
        string match -q -- '--config=*' $words[$i]; and set config $words[$i]
    end
    $words[1] completion $argv[1] $config 2>/dev/null
end

complete -c canarygate -f
)";

std::string fish(const CLI::App& app) {
  const auto lines = lines_of(app);
  std::string script = kFish;
  for (const Line& line : lines) {
    const std::size_t space = line.command.find(' ');
    const bool is_action = space != std::string::npos;
    const std::string above = is_action ? line.command.substr(0, space) : "";
    const std::string own = is_action ? line.command.substr(space + 1) : line.command;
    script += fmt::format("complete -c canarygate -n '__canarygate_says{}' -a {} -d {}\n",
                          above.empty() ? "" : " " + above, own, fish_text(line.help));
    for (const CLI::Option* option : line.app->get_options()) {
      std::string names;
      for (const std::string& name : option->get_lnames()) names += " -l " + name;
      for (const std::string& name : option->get_snames()) names += " -s " + name;
      std::string value = fish_value(value_of(line.command, *option));
      if (names.empty()) {
        if (value == " -x") continue;
        const std::size_t words = value.find(" -a ");
        value = words == std::string::npos ? " -F" : value.substr(words);
      }
      script += fmt::format("complete -c canarygate -n '__canarygate_is {}'{}{} -d {}\n",
                            line.command, names, value, fish_text(option->get_description()));
    }
  }
  return script;
}

}  // namespace

std::optional<std::string> completion_script(const CLI::App& app, const std::string& shell) {
  const std::string title =
      fmt::format("# {} completion of canarygate {}\n\n", shell, CANARYGATE_VERSION);
  if (shell == "bash") return title + tables(app) + kBash;
  if (shell == "zsh") return "#compdef canarygate\n" + title + tables(app) + kZsh;
  if (shell == "fish") return title + fish(app);
  return std::nullopt;
}

}  // namespace canarygate
