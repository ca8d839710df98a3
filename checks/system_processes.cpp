#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "checks/duration.h"
#include "checks/running_process.h"
#include "checks/spawn.h"
#include "checks/system_ports.h"

namespace canarygate {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 1U << 20U;
constexpr int kNapMilliseconds = 20;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  [[nodiscard]] int get() const { return number_; }
  void reset() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

/// A started command: killed with its whole group unless it was seen to end.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (ended_) return;
    // Not waited for yet, so the number is still the group's.
    kill(-id_, SIGKILL);
    while (waitpid(id_, &status_, 0) < 0 && errno == EINTR) {
    }
  }
  [[nodiscard]] bool has_ended() {
    if (!ended_) ended_ = waitpid(id_, &status_, WNOHANG) == id_;
    return ended_;
  }
  [[nodiscard]] std::string end() const { return describe_end(status_); }

 private:
  pid_t id_;
  int status_ = 0;
  bool ended_ = false;
};

enum class Reading { more, done, failed };

/// Waits a moment for output and appends what there is.
Reading read_some(int from, std::string& text) {
  pollfd ready{from, POLLIN, 0};
  if (poll(&ready, 1, kNapMilliseconds) <= 0) return Reading::more;
  std::array<char, 16'384> buffer{};
  const ssize_t count = read(from, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR ? Reading::more : Reading::failed;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return count == 0 ? Reading::done : Reading::more;
}

class SystemProcesses : public Processes {
 public:
  explicit SystemProcesses(Interrupt& interrupt) : interrupt_(interrupt) {}

  [[nodiscard]] Result<std::string> output_of(const std::string& command, Duration limit) override {
    const auto deadline = steady_clock::now() + limit;
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      return fail(ErrorKind::backend, "cannot make a pipe: " + error_text(errno));
    }
    const Descriptor output(ends[0]);
    Descriptor input(ends[1]);
    ShellSetting setting;
    setting.output = input.get();
    const auto started = spawn_shell(command, setting);
    if (!started) {
      return fail(ErrorKind::backend, "cannot start /bin/sh: " + error_text(started.error()));
    }
    Child child(*started);
    input.reset();

    std::string text;
    bool open = true;
    while (open || !child.has_ended()) {
      if (interrupt_.raised()) return fail(ErrorKind::interrupted, "interrupted");
      if (steady_clock::now() >= deadline) {
        return fail(ErrorKind::backend,
                    fmt::format("still running after {}", format_duration(limit)));
      }
      if (!open) {
        poll(nullptr, 0, kNapMilliseconds);
        continue;
      }
      const Reading reading = read_some(output.get(), text);
      if (reading == Reading::failed) {
        return fail(ErrorKind::backend, "cannot read its output: " + error_text(errno));
      }
      if (text.size() > kMostOutput) return fail(ErrorKind::backend, "printed more than 1 MiB");
      open = reading == Reading::more;
    }
    const std::string end = child.end();
    if (!end.empty()) return fail(ErrorKind::backend, end);
    return text;
  }

  [[nodiscard]] Result<std::unique_ptr<RunningProcess>> start(const std::string& command,
                                                              bool stdout_to_stderr) override {
    return start_process(command, stdout_to_stderr, interrupt_);
  }

 private:
  Interrupt& interrupt_;
};

}  // namespace

std::unique_ptr<Processes> make_system_processes(Interrupt& interrupt) {
  return std::make_unique<SystemProcesses>(interrupt);
}

}  // namespace canarygate
