#include "checks/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "checks/duration.h"
#include "checks/spawn.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMostErrors = 4096;
constexpr int kNapMilliseconds = 20;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  [[nodiscard]] int get() const { return number_; }
  void reset(int number = -1) {
    if (number_ >= 0) close(number_);
    number_ = number;
  }

 private:
  int number_;
};

/// What a program prints, while it prints it.
struct Stream {
  Descriptor ours;
  Descriptor theirs;
  std::string text;

  [[nodiscard]] bool open_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
    return true;
  }

  /// Takes what there is; closes our end after the last. False when it cannot be read.
  [[nodiscard]] bool take() {
    std::array<char, 65'536> buffer{};
    const ssize_t count = read(ours.get(), buffer.data(), buffer.size());
    if (count < 0) return errno == EINTR;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0) ours.reset();
    return true;
  }
};

/// A started command. Killed with its whole group unless it was let go.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (let_go_) return;
    // Not waited for yet, so the number is still the group's.
    kill(-id_, SIGKILL);
    static_cast<void>(wait());
  }
  /// Leaves it a zombie, so that its group can still be killed.
  [[nodiscard]] bool has_ended() const {
    siginfo_t seen{};
    const int failed = waitid(P_PID, static_cast<id_t>(id_), &seen, WEXITED | WNOHANG | WNOWAIT);
    return failed != 0 || seen.si_pid != 0;
  }
  /// Only once it has ended: how. What it started may run on, as after any shell command.
  [[nodiscard]] std::string let_go() {
    let_go_ = true;
    return describe_end(wait());
  }

 private:
  [[nodiscard]] int wait() const {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  pid_t id_;
  bool let_go_ = false;
};

/// One run: the program, and what it prints.
class Run {
 public:
  Run(const ProgramRun& program, bool takes_errors, const Interrupt& interrupt)
      : program_(program), takes_errors_(takes_errors), interrupt_(interrupt) {}

  Result<ProgramEnd> to_its_end(bool has_input) {
    const auto deadline = steady_clock::now() + program_.limit;
    ShellSetting setting;
    setting.variables = program_.variables;
    if (has_input && !put_input()) return broken("cannot keep its input");
    if (!output_.open_pipe() || (takes_errors_ && !errors_.open_pipe())) {
      return broken("cannot make a pipe");
    }
    setting.input = input_.get();
    setting.output = output_.theirs.get();
    if (takes_errors_) setting.errors = errors_.theirs.get();
    const auto started = spawn_shell(program_.command, setting);
    if (!started) {
      return fail(ErrorKind::backend, "cannot start /bin/sh: " + error_text(started.error()));
    }
    Child child(*started);
    output_.theirs.reset();
    errors_.theirs.reset();

    while (open() || !child.has_ended()) {
      if (interrupt_.raised()) return fail(ErrorKind::interrupted, "interrupted");
      if (steady_clock::now() >= deadline) {
        return stopped(ErrorKind::timeout,
                       "still running after " + format_duration(program_.limit));
      }
      if (!take_some()) return broken("cannot read its output");
      if (output_.text.size() > program_.most_output) {
        return stopped(ErrorKind::backend,
                       fmt::format("printed more than {} MiB", program_.most_output >> 20U));
      }
    }
    const std::string end = child.let_go();
    return ProgramEnd{std::move(output_.text), end, std::move(errors_.text)};
  }

 private:
  [[nodiscard]] bool open() const { return output_.ours.get() >= 0 || errors_.ours.get() >= 0; }

  bool put_input() {
    input_.reset(memfd_create("input", MFD_CLOEXEC));
    std::string_view left = program_.input;
    while (input_.get() >= 0 && !left.empty()) {
      const ssize_t count = write(input_.get(), left.data(), left.size());
      if (count < 0 && errno != EINTR) return false;
      if (count > 0) left.remove_prefix(static_cast<std::size_t>(count));
    }
    return input_.get() >= 0 && lseek(input_.get(), 0, SEEK_SET) == 0;
  }

  /// Waits a moment for output and takes it.
  bool take_some() {
    // A negative descriptor is passed over.
    std::array<pollfd, 2> ready = {pollfd{output_.ours.get(), POLLIN, 0},
                                   pollfd{errors_.ours.get(), POLLIN, 0}};
    if (poll(ready.data(), ready.size(), kNapMilliseconds) <= 0) return true;
    if (ready[0].revents != 0 && !output_.take()) return false;
    if (ready[1].revents != 0 && !errors_.take()) return false;
    if (errors_.text.size() > kMostErrors) {
      errors_.text.erase(0, errors_.text.size() - kMostErrors);
    }
    return true;
  }

  [[nodiscard]] Unexpected<Error> stopped(ErrorKind kind, const std::string& why) const {
    const std::string_view said = trim(errors_.text);
    return fail(kind, said.empty() ? why : fmt::format("{}: {}", why, said));
  }

  [[nodiscard]] static Unexpected<Error> broken(const std::string& what) {
    return fail(ErrorKind::backend, what + ": " + error_text(errno));
  }

  const ProgramRun& program_;
  bool takes_errors_;
  const Interrupt& interrupt_;
  Descriptor input_;
  Stream output_;
  Stream errors_;
};

}  // namespace

Result<ProgramEnd> run_program(const ProgramRun& program, const Interrupt& interrupt) {
  return Run(program, true, interrupt).to_its_end(true);
}

Result<std::string> output_of_shell(const std::string& command, Duration limit,
                                    const Interrupt& interrupt) {
  ProgramRun program;
  program.command = command;
  program.limit = limit;
  auto ended = Run(program, false, interrupt).to_its_end(false);
  if (!ended) {
    const bool late = ended.error().kind == ErrorKind::timeout;
    return fail(late ? ErrorKind::backend : ended.error().kind, ended.error().text);
  }
  if (!ended->end.empty()) return fail(ErrorKind::backend, ended->end);
  return std::move(ended->output);
}

}  // namespace canarygate
