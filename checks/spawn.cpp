#include "checks/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): the signal sets are POSIX
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace canarygate {

namespace {

/// Ours, as NAME=VALUE, those of `more` in place of what we have under their names.
std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const bool replaced = std::ranges::any_of(
        more, [&](const auto& pair) { return text.starts_with(pair.first + "="); });
    if (!replaced) all.push_back(text);
  }
  for (const auto& [name, value] : more) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

}  // namespace

Result<pid_t, int> spawn_shell(const std::string& command, const ShellSetting& setting) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  if (setting.input >= 0) {
    posix_spawn_file_actions_adddup2(&files, setting.input, STDIN_FILENO);
  } else if (!setting.reads_stdin) {
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  if (setting.output != STDOUT_FILENO) {
    posix_spawn_file_actions_adddup2(&files, setting.output, STDOUT_FILENO);
  }
  if (setting.errors != STDERR_FILENO) {
    posix_spawn_file_actions_adddup2(&files, setting.errors, STDERR_FILENO);
  }
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  sigset_t none;
  sigemptyset(&none);
  // Handlers are gone after exec anyway; this one we ignore ourselves.
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  const int group = setting.own_group ? POSIX_SPAWN_SETPGROUP : 0;
  posix_spawnattr_setflags(
      &attributes, static_cast<short>(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);

  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  const std::array<char*, 4> arguments = {shell.data(), option.data(), text.data(), nullptr};
  std::vector<std::string> texts = environment_with(setting.variables);
  std::vector<char*> variables;
  for (std::string& variable : texts) variables.push_back(variable.data());
  variables.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, "/bin/sh", &files, &attributes, arguments.data(), variables.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return unexpected(failed);
  return child;
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return fmt::format("ended by signal {}", WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit status {}", WEXITSTATUS(status));
}

std::string error_text(int number) { return std::generic_category().message(number); }

}  // namespace canarygate
