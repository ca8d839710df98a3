#include "checks/system_ports.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

using std::chrono::steady_clock;

/// A program that could hang for ever is given up long after it must have ended.
constexpr Duration kGuard = 30s;

Result<std::string> output_of(const std::string& command, Duration limit = kGuard) {
  Interrupt interrupt;
  return make_system_processes(interrupt)->output_of(command, limit);
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "canarygate-ports-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

bool is_alive(pid_t id) {
  // A killed orphan stays a zombie until init, or whoever stands in for it, has waited for it.
  std::ifstream status(fmt::format("/proc/{}/stat", id));
  std::string number;
  std::string name;
  std::string state;
  return status >> number >> name >> state && state != "Z";
}

/// The process whose number the command wrote down.
pid_t number_in(const std::string& file) {
  std::ifstream stream(file);
  pid_t id = 0;
  stream >> id;
  return id;
}

bool dies(pid_t id) {
  const auto deadline = steady_clock::now() + kGuard;
  while (is_alive(id) && steady_clock::now() < deadline) std::this_thread::yield();
  return !is_alive(id);
}

}  // namespace

TEST_CASE("the clock tells the time of the world, and how long it has been running") {
  const auto clock = make_system_clock();
  const auto world = std::chrono::system_clock::now();
  CHECK(std::chrono::abs(clock->now() - world) < 10s);
  const Duration begin = clock->elapsed();
  CHECK(begin < 10s);
  clock->sleep(30ms, Interrupt());
  CHECK(clock->elapsed() - begin >= 30ms);
}

TEST_CASE("an interrupt ends a sleep, raised before or meanwhile") {
  const auto clock = make_system_clock();
  Interrupt interrupt;
  std::jthread raiser([&] { interrupt.raise(SIGTERM); });
  clock->sleep(1h, interrupt);
  CHECK(interrupt.raised());
  clock->sleep(1h, interrupt);
  CHECK(clock->elapsed() < kGuard);
}

TEST_CASE("a sleep needs next to no processor time") {
  const auto clock = make_system_clock();
  const std::clock_t begin = std::clock();
  clock->sleep(300ms, Interrupt());
  CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 0.1);
}

TEST_CASE("a variable that is empty counts as not set") {
  const auto variables = make_system_variables();
  setenv("CANARYGATE_TEST_PORTS", "value", 1);
  CHECK(variables->get("CANARYGATE_TEST_PORTS") == "value");
  setenv("CANARYGATE_TEST_PORTS", "", 1);
  CHECK_FALSE(variables->get("CANARYGATE_TEST_PORTS").has_value());
  unsetenv("CANARYGATE_TEST_PORTS");
  CHECK_FALSE(variables->get("CANARYGATE_TEST_PORTS").has_value());
}

TEST_CASE("a command's output is all that it printed, through the shell") {
  CHECK(output_of("printf 'a\\n%s\\n' \"$((6*7))\"").value() == "a\n42\n");
  CHECK(output_of("true").value().empty());
  CHECK(output_of("cat").value().empty());
  CHECK(output_of("exec >&-; sleep 0.1").value().empty());
}

TEST_CASE("a command that fails says how") {
  CHECK(output_of("echo out; exit 3").error().text == "exit status 3");
  CHECK(output_of("kill -9 $$").error().text == "ended by signal 9");
  CHECK(output_of("/no/such/program 2>/dev/null").error().text == "exit status 127");
}

TEST_CASE("one MiB of output is taken, more is not") {
  CHECK(output_of("head -c 1048576 /dev/zero").value().size() == 1'048'576);
  CHECK(output_of("head -c 1048577 /dev/zero").error().text == "printed more than 1 MiB");
  CHECK(output_of("cat /dev/zero").error().text == "printed more than 1 MiB");
}

TEST_CASE("a command that outlives its limit is killed with all it started") {
  const TemporaryFolder folder;
  const std::string file = folder.file("pid");
  const auto answer = output_of("sleep 1000 & echo $! >" + file + "; wait", 300ms);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().text == "still running after 300ms");
  const pid_t grandchild = number_in(file);
  REQUIRE(grandchild > 1);
  CHECK(dies(grandchild));
}

TEST_CASE("an interrupt ends a command") {
  Interrupt interrupt;
  const auto processes = make_system_processes(interrupt);
  interrupt.raise(SIGINT);
  const auto answer = processes->output_of("sleep 1000", kGuard);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::interrupted);
}

TEST_CASE("a command gets neither our open files nor the signals we ignore") {
  const TemporaryFolder folder;
  const std::ofstream ours(folder.file("open"));
  const std::string listed = output_of("ls /proc/self/fd | wc -l").value();
  // 0, 1, 2 and the listing's own.
  CHECK(listed == "4\n");
  signal(SIGPIPE, SIG_IGN);
  const std::string ignored =
      output_of("sed -n 's/^SigIgn:[[:space:]]*//p' /proc/self/status").value();
  const std::uint64_t mask = std::stoull(ignored, nullptr, 16);
  CHECK((mask >> (SIGPIPE - 1) & 1U) == 0);
}
