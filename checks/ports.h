/// The doors to the world, handed in so that tests can stand behind them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/clock.h"
#include "checks/config.h"
#include "checks/http/client.h"
#include "checks/result.h"

namespace canarygate {

/// The process environment.
class Variables {
 public:
  Variables() = default;
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;
  virtual ~Variables() = default;
  /// The variable's value; nothing when it is not set or empty.
  [[nodiscard]] virtual std::optional<std::string> get(const std::string& name) const = 0;
};

/// A program that was started and may still run. Whoever holds it waits for its end; one that is
/// destroyed before waits itself, passing on the signal that interrupts us, and never kills.
class RunningProcess {
 public:
  RunningProcess() = default;
  RunningProcess(const RunningProcess&) = delete;
  RunningProcess& operator=(const RunningProcess&) = delete;
  virtual ~RunningProcess() = default;
  /// Nothing while it runs; then "" for exit 0, else how it ended: `exit status 3`, `ended by
  /// signal 9`. Never waits. What it started may run on, as after any shell command.
  [[nodiscard]] virtual std::optional<std::string> ended() = 0;
  /// Passes the signal that interrupted us on to it and all that it has started, unless the
  /// terminal has sent it to them already. Does not wait, and nothing once it has ended.
  virtual void signal(int number) = 0;
};

/// What a program is to be run with.
struct ProgramRun {
  std::string command;                                         ///< for /bin/sh -c
  std::string input;                                           ///< what it reads on stdin
  std::vector<std::pair<std::string, std::string>> variables;  ///< beside our own environment
  Duration limit{0};
  std::size_t most_output = 1U << 20U;  ///< bytes on stdout
};

/// How a program ended that was run.
struct ProgramEnd {
  std::string output;  ///< all of stdout
  std::string end;     ///< "" for exit 0, `exit status 3`, `ended by signal 9`
  std::string errors;  ///< the last 4 KiB of stderr
};

/// Other programs.
class Processes {
 public:
  Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  virtual ~Processes() = default;
  /// What `/bin/sh -c command` printed on stdout. Error when it could not be run, exited with
  /// anything but 0, printed more than 1 MiB or took longer than `limit`.
  [[nodiscard]] virtual Result<std::string> output_of(const std::string& command,
                                                      Duration limit) = 0;
  /// Starts `/bin/sh -c command` with our stdin, stdout and stderr; `stdout_to_stderr` where our
  /// stdout belongs to a report. ErrorKind::deploy when it could not be started, `interrupted` when
  /// we were before; one at a time.
  [[nodiscard]] virtual Result<std::unique_ptr<RunningProcess>> start(const std::string& command,
                                                                      bool stdout_to_stderr) = 0;
  /// Runs a program to its end, whatever that is. Error, a clause with the last of stderr, when it
  /// could not be run or printed more than it may (ErrorKind::backend), when it took longer than
  /// its limit (`timeout`), or when we were interrupted (`interrupted`); it is killed then, with
  /// all in its process group.
  [[nodiscard]] virtual Result<ProgramEnd> run(const ProgramRun& program) = 0;
};

struct Ports {
  HttpClient& http;
  Clock& clock;
  const Variables& variables;
  Processes& processes;
  const Interrupt& interrupt;
};

/// The secret itself, without trailing line breaks. ErrorKind::secret names the reference, never a
/// value.
[[nodiscard]] Result<std::string> resolve_secret(const SecretRef& reference, const Ports& ports);

/// Where it comes from, for messages: `the environment variable CONSUL_HTTP_TOKEN`.
[[nodiscard]] std::string describe_secret(const SecretRef& reference);

}  // namespace canarygate
