#include "checks/program.h"

#include <doctest/doctest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX

#include <cerrno>
#include <string>
#include <thread>

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

constexpr Duration kGuard = 60s;  // against hanging, never an expectation

ProgramRun program(const std::string& command, const std::string& input = "") {
  ProgramRun made;
  made.command = command;
  made.input = input;
  made.limit = kGuard;
  return made;
}

Result<ProgramEnd> run(const ProgramRun& what) {
  const Interrupt interrupt;
  return run_program(what, interrupt);
}

/// Waits until no such process is left.
bool gone(pid_t id) {
  for (int i = 0; i < 6000; ++i) {
    if (kill(id, 0) != 0 && errno == ESRCH) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

}  // namespace

TEST_CASE("a program reads its input and its variables, and is heard on both outputs") {
  ProgramRun what = program("cat; echo \"$GREETING $HOME\" >&2; exit 3", "in\nput");
  what.variables = {{"GREETING", "a 'b' $c"}, {"HOME", "/else"}};
  const auto ended = run(what);
  REQUIRE(ended.has_value());
  CHECK(ended->output == "in\nput");
  CHECK(ended->errors == "a 'b' $c /else\n");
  CHECK(ended->end == "exit status 3");
  CHECK(run(program("true")).value().end.empty());
  CHECK(run(program("kill -15 $$")).value().end == "ended by signal 15");
}

TEST_CASE("input that is never read, or larger than a pipe, is no harm") {
  const std::string much(3'000'000, 'x');
  CHECK(run(program("echo done", much)).value().output == "done\n");
  ProgramRun what = program("cat; cat >&2", much);
  what.most_output = 4U << 20U;
  CHECK(run(what).value().output == much);
}

TEST_CASE("output is bounded by what was said, stderr keeps its end") {
  ProgramRun what = program("head -c 2097152 /dev/zero");
  what.most_output = 2U << 20U;
  CHECK(run(what).value().output.size() == 2'097'152);
  what.command = "echo why >&2; cat /dev/zero";
  CHECK(run(what).error().kind == ErrorKind::backend);
  CHECK(run(what).error().text == "printed more than 2 MiB: why");
  const auto talkative = run(program("head -c 100000 /dev/zero >&2; printf end >&2")).value();
  CHECK(talkative.errors.size() == 4096);
  CHECK(talkative.errors.ends_with("end"));
}

TEST_CASE("a program that takes too long is killed with its children, and its words are kept") {
  ProgramRun what = program("sleep 1000 & echo $! >&2; wait");
  what.limit = 300ms;
  const auto ended = run(what);
  REQUIRE_FALSE(ended.has_value());
  CHECK(ended.error().kind == ErrorKind::timeout);
  const std::string before = "still running after 300ms: ";
  REQUIRE(ended.error().text.starts_with(before));
  CHECK(gone(std::stoi(ended.error().text.substr(before.size()))));
}

TEST_CASE("children that hold the output open are killed when the program itself has ended") {
  ProgramRun what = program("sleep 1000 & echo $! >&2");
  what.limit = 300ms;
  const auto ended = run(what);
  REQUIRE_FALSE(ended.has_value());
  const std::string before = "still running after 300ms: ";
  REQUIRE(ended.error().text.starts_with(before));
  CHECK(gone(std::stoi(ended.error().text.substr(before.size()))));
}

TEST_CASE("an interrupt ends a program") {
  Interrupt interrupt;
  interrupt.raise(15);
  const auto ended = run_program(program("sleep 1000"), interrupt);
  REQUIRE_FALSE(ended.has_value());
  CHECK(ended.error().kind == ErrorKind::interrupted);
}
