#include "checks/running_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <sys/wait.h>
#include <unistd.h>

#include "checks/descendants.h"
#include "checks/spawn.h"

namespace canarygate {

namespace {

constexpr int kNapMilliseconds = 20;

bool has_terminal() {
  const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return false;
  close(terminal);
  return true;
}

class Shell final : public RunningProcess {
 public:
  Shell(pid_t id, bool own_group, Interrupt& interrupt)
      : id_(id), own_group_(own_group), interrupt_(interrupt) {
    interrupt_.set_ward(own_group_ ? -id_ : id_);
  }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;
  ~Shell() override {
    while (!has_ended()) {
      if (interrupt_.raised() && !signalled_) pass_on(interrupt_.signal());
      poll(nullptr, 0, kNapMilliseconds);
    }
  }

  [[nodiscard]] std::optional<std::string> ended() override {
    if (!has_ended()) return std::nullopt;
    return end_;
  }

  void signal(int number) override {
    if (!has_ended()) pass_on(number);
  }

 private:
  bool has_ended() {
    if (end_) return true;
    siginfo_t seen{};
    const int failed = waitid(P_PID, static_cast<id_t>(id_), &seen, WEXITED | WNOHANG | WNOWAIT);
    if (failed == 0 && seen.si_pid == 0) return false;
    // Before it is waited for: then its number may be somebody else's.
    interrupt_.set_ward(0);
    int status = 0;
    const bool known = waitpid(id_, &status, 0) == id_;
    end_ = known ? describe_end(status) : "nobody knows how: " + error_text(errno);
    return true;
  }

  // Its number is its own: it was not waited for yet.
  void pass_on(int number) {
    signalled_ = true;
    if (own_group_) {
      kill(-id_, number);
      return;
    }
    if (interrupt_.by_terminal()) return;
    for (const pid_t process : family_of(id_, getpgrp())) kill(process, number);
  }

  pid_t id_;
  bool own_group_;
  Interrupt& interrupt_;
  bool signalled_ = false;
  std::optional<std::string> end_;
};

}  // namespace

Result<std::unique_ptr<RunningProcess>> start_process(const std::string& command,
                                                      bool stdout_to_stderr, Interrupt& interrupt) {
  if (interrupt.raised()) return fail(ErrorKind::interrupted, "interrupted");
  ShellSetting setting;
  setting.own_group = !has_terminal();
  setting.reads_stdin = true;
  setting.output = stdout_to_stderr ? STDERR_FILENO : STDOUT_FILENO;
  const auto started = spawn_shell(command, setting);
  if (!started) {
    return fail(ErrorKind::deploy, "cannot start /bin/sh: " + error_text(started.error()));
  }
  return std::unique_ptr<RunningProcess>(
      std::make_unique<Shell>(*started, setting.own_group, interrupt));
}

}  // namespace canarygate
