#include "cli/subject.h"

#include <fmt/format.h>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate {

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

Result<ConfigRoot, Problems> root_of(const Options& options) {
  return options.config ? open_root(*options.config) : find_root(".");
}

Result<GateRequest, Problems> request_of(const Options& options, const ConfigRoot& root,
                                         const std::string& check) {
  auto loaded = load_check(root, check, options.environment);
  if (!loaded) return unexpected(loaded.error());
  GateRequest request;
  request.loaded = std::move(*loaded);
  request.deployed_at = options.deployed_at;
  request.now = options.now;
  request.no_wait = options.no_wait;
  request.deploy = options.deploy;
  request.observe = options.observe;
  request.timeout = options.timeout;
  request.canary_hosts = options.canary_hosts;
  request.baseline_hosts = options.baseline_hosts;
  request.vars = options.vars;
  request.only = options.only;
  request.seed = options.seed;
  return request;
}

Subjects subjects_of(const Options& options, const Result<ConfigRoot, Problems>& root) {
  Subjects subjects;
  subjects.names = options.names;
  if (root && options.all) {
    const auto chosen = checks_of(*root, options.environment);
    // Where that cannot be told, all that is wrong in any of them is.
    subjects.names = chosen ? *chosen : check_names(*root);
    if (!chosen) subjects.problems = chosen.error();
  }
  if (subjects.names.empty()) subjects.names = {""};
  for (const std::string& name : subjects.names) {
    if (!root) {
      subjects.requests.emplace_back(unexpected(root.error()));
    } else if (name.empty()) {
      subjects.requests.emplace_back(unexpected(subjects.problems));
    } else {
      subjects.requests.push_back(request_of(options, *root, name));
    }
    if (subjects.requests.back()) continue;
    const Problems& own = subjects.requests.back().error();
    subjects.problems.insert(subjects.problems.end(), own.begin(), own.end());
  }
  sort_problems(subjects.problems);
  return subjects;
}

std::string format_problems(const Problems& problems) {
  std::string text;
  for (const Problem& problem : problems) text += printable(problem.str()) + "\n";
  return text;
}

std::string command_line(const Options& options, const Outcome& outcome) {
  const bool deploys = !outcome.deployed && options.deploy.has_value();
  std::string line = "canarygate check";
  if (!deploys) {
    line += " " + shell_word(outcome.check);
  } else if (options.all) {
    line += " --all";
  } else {
    for (const std::string& name : options.names) line += " " + shell_word(name);
  }
  const auto add = [&](std::string_view flag, const std::string& value) {
    line += fmt::format(" {} {}", flag, shell_word(value));
  };
  if (options.config) add("--config", *options.config);
  if (options.environment) add("--env", *options.environment);
  for (const std::string& metric : options.only) add("--only", metric);
  for (const auto& [name, value] : options.vars) add("--var", name + "=" + value);
  if (!options.canary_hosts.empty()) add("--canary", join(options.canary_hosts, ","));
  if (!options.baseline_hosts.empty()) add("--baseline", join(options.baseline_hosts, ","));
  if (deploys) {
    add("--deploy", *options.deploy);
    if (options.observe) add("--observe", format_duration(*options.observe));
  } else if (!outcome.watched) {
    add("--deployed-at", format_time(options.deployed_at.value_or(outcome.deployed_at)));
  }
  return printable(line);
}

}  // namespace canarygate
