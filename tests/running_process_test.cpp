#include "checks/running_process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "checks/descendants.h"

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

using std::chrono::steady_clock;

/// A program that could hang for ever is given up long after it must have ended.
constexpr Duration kGuard = 30s;

class Pipe {
 public:
  Pipe() { REQUIRE(pipe2(ends_.data(), O_CLOEXEC) == 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_writing();
    close(ends_[0]);
  }
  [[nodiscard]] int reading() const { return ends_[0]; }
  [[nodiscard]] int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  void put(const std::string& text) const {
    REQUIRE(write(ends_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  /// Waits for it.
  [[nodiscard]] std::string line() const {
    std::string text;
    for (char c = 0; read(ends_[0], &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  [[nodiscard]] std::string rest() {
    close_writing();
    std::string text;
    for (char c = 0; read(ends_[0], &c, 1) == 1;) text += c;
    return text;
  }

 private:
  std::array<int, 2> ends_{};
};

/// One of our descriptors is another one for a while.
class Redirected {
 public:
  Redirected(int number, int to)
      : number_(number), saved_(fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
    dup2(to, number);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;
  ~Redirected() {
    dup2(saved_, number_);
    close(saved_);
  }

 private:
  int number_;
  int saved_;
};

/// A command with pipes where a pipeline has its log, started at once.
struct Started {
  explicit Started(const std::string& command, bool stdout_to_stderr = false) {
    // doctest's own output must not land in the pipes.
    const Redirected in(STDIN_FILENO, input.reading());
    const Redirected out(STDOUT_FILENO, output.writing());
    const Redirected err(STDERR_FILENO, errors.writing());
    auto started = start_process(command, stdout_to_stderr, interrupt);
    if (started) process = std::move(*started);
  }
  std::string end() const {
    REQUIRE(process != nullptr);
    const auto deadline = steady_clock::now() + kGuard;
    for (auto end = process->ended(); steady_clock::now() < deadline; end = process->ended()) {
      if (end) return *end;
      std::this_thread::yield();
    }
    return "still running";
  }

  Interrupt interrupt;
  Pipe input;
  Pipe output;
  Pipe errors;
  std::unique_ptr<RunningProcess> process;
};

std::string end_of(const std::string& command) { return Started(command).end(); }

bool exists(pid_t id) { return kill(id, 0) == 0 || errno != ESRCH; }

/// Not ours: it stays a zombie until init, or whoever stands in for it, has waited for it.
bool is_alive(pid_t id) {
  std::ifstream status(fmt::format("/proc/{}/stat", id));
  std::string number;
  std::string name;
  std::string state;
  return status >> number >> name >> state && state != "Z";
}

bool dies(pid_t id) {
  const auto deadline = steady_clock::now() + kGuard;
  while (is_alive(id) && steady_clock::now() < deadline) std::this_thread::yield();
  return !is_alive(id);
}

/// Waits for input that never comes, until it is told.
constexpr const char* kTold = "trap 'echo told; exit 7' TERM; echo $$; read line; exit 1";

}  // namespace

TEST_CASE("a started command's end is its exit status or its signal") {
  CHECK(end_of("true").empty());
  CHECK(end_of("exit 3") == "exit status 3");
  CHECK(end_of("kill -9 $$") == "ended by signal 9");
  CHECK(end_of("/no/such/program") == "exit status 127");
}

TEST_CASE("a started command has our stdin, and its end is not known before it ends") {
  const Started started("read line; test \"$line\" = go && exit 4");
  CHECK_FALSE(started.process->ended().has_value());
  started.input.put("go\n");
  CHECK(started.end() == "exit status 4");
  CHECK(started.process->ended() == "exit status 4");
}

TEST_CASE("what a started command prints goes where ours goes, or all of it to stderr") {
  const std::string command = "echo one; echo two >&2; echo three";
  Started ours(command);
  CHECK(ours.end().empty());
  CHECK(ours.output.rest() == "one\nthree\n");
  CHECK(ours.errors.rest() == "two\n");
  Started report(command, true);
  CHECK(report.end().empty());
  CHECK(report.output.rest().empty());
  CHECK(report.errors.rest() == "one\ntwo\nthree\n");
}

TEST_CASE("a started command gets neither our open files nor the signal that we ignore") {
  const Pipe ours;
  const int inherited = fcntl(ours.reading(), F_DUPFD, 100);
  signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigset_t before;
  sigprocmask(SIG_BLOCK, &blocked, &before);
  Started started("ls /proc/self/fd | wc -l; grep -E 'Sig(Ign|Blk):' /proc/self/status");
  sigprocmask(SIG_SETMASK, &before, nullptr);
  close(inherited);
  // 0, 1, 2 and the listing's own.
  CHECK(started.output.line() == "4");
  for (const char* name : {"SigBlk:\t", "SigIgn:\t"}) {
    const std::string line = started.output.line();
    REQUIRE(line.starts_with(name));
    const std::uint64_t mask = std::stoull(line.substr(8), nullptr, 16);
    CHECK((mask >> (SIGPIPE - 1) & 1U) == 0);
    CHECK((mask >> (SIGUSR1 - 1) & 1U) == 0);
  }
  CHECK(started.end().empty());
}

TEST_CASE("a signal reaches the command and what it has started, once") {
  Started started("trap 'echo told' TERM; sh -c 'echo $$; exec sleep 1000' & wait; exit 7");
  const pid_t grandchild = std::stoi(started.output.line());
  started.process->signal(SIGTERM);
  CHECK(started.end() == "exit status 7");
  CHECK(started.output.line() == "told");
  CHECK(started.output.rest().find("told") == std::string::npos);
  CHECK(dies(grandchild));
}

TEST_CASE("a command that has ended is neither signalled nor left as a zombie") {
  Started started("echo $$");
  const pid_t id = std::stoi(started.output.line());
  CHECK(started.interrupt.ward() != 0);
  CHECK(std::abs(started.interrupt.ward()) == id);
  CHECK(started.end().empty());
  CHECK_FALSE(exists(id));
  CHECK(started.interrupt.ward() == 0);
  started.process->signal(SIGKILL);
  CHECK(started.process->ended() == "");
}

TEST_CASE("a running process that goes early waits for its command and does not kill it") {
  Started started("echo $$; sleep 0.2; echo done");
  const pid_t id = std::stoi(started.output.line());
  started.process.reset();
  CHECK_FALSE(exists(id));
  CHECK(started.output.rest() == "done\n");
}

TEST_CASE("a running process that goes early still passes an interrupt on, once") {
  for (const bool told_before : {false, true}) {
    Started started(kTold);
    const pid_t id = std::stoi(started.output.line());
    started.interrupt.raise(SIGTERM);
    if (told_before) started.process->signal(SIGTERM);
    started.process.reset();
    CHECK_FALSE(exists(id));
    CHECK(started.output.rest() == "told\n");
  }
}

TEST_CASE("the ward is whom a signal handler can reach at once") {
  Started started(kTold);
  (void)started.output.line();
  CHECK(kill(started.interrupt.ward(), SIGTERM) == 0);
  CHECK(started.end() == "exit status 7");
}

TEST_CASE("after an interrupt no command is started") {
  Interrupt interrupt;
  interrupt.raise(SIGINT);
  const auto started = start_process("echo started", false, interrupt);
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().kind == ErrorKind::interrupted);
}

TEST_CASE("a command that cannot be started says why") {
  Interrupt interrupt;
  // One argument of a program holds 128 KiB on Linux.
  const auto started = start_process(std::string(200'000, ' '), false, interrupt);
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().kind == ErrorKind::deploy);
  CHECK(started.error().text == "cannot start /bin/sh: Argument list too long");
  CHECK(interrupt.ward() == 0);
}

TEST_CASE("a family is a process and its descendants in the same group, whatever their names") {
  std::string folder = std::filesystem::temp_directory_path() / "canarygate-family-XXXXXX";
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string script = folder + "/a) S 1 1";  // as the rest of its line in /proc begins
  std::ofstream(script) << "#!/bin/sh\nsleep 1000 & echo $!; wait\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  const Started started("echo $$; '" + script +
                        "' & read line; setsid sh -c 'echo $$; exec sleep 1000' & wait");
  const pid_t shell = std::stoi(started.output.line());
  const pid_t grandchild = std::stoi(started.output.line());
  started.input.put("\n");
  const pid_t moved = std::stoi(started.output.line());

  const auto family = family_of(shell, getpgid(shell));
  CHECK(family.size() == 3);
  CHECK(family.front() == shell);
  CHECK(family.back() == grandchild);
  CHECK(family_of(grandchild, getpgid(grandchild)) == std::vector<pid_t>{grandchild});
  for (const pid_t id : family) kill(id, SIGKILL);
  kill(moved, SIGKILL);
  CHECK(started.end() == "ended by signal 9");
  std::filesystem::remove_all(folder);
}
