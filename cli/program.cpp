#include "cli/program.h"

#include <signal.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime is POSIX
#include <unistd.h>

#include "checks/http/curl.h"
#include "checks/http/retry.h"
#include "checks/system_ports.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/terminal/debug_http.h"
#include "cli/terminal/screen.h"

namespace canarygate {

namespace {

Interrupt g_interrupt;  // a signal handler can reach nothing else

// `timeout` signals its command, and then the whole group: that is one wish, not two.
constexpr long kOneWish = 250'000'000;  // nanoseconds

timespec g_first_signal;

bool long_since_first() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto seconds = now.tv_sec - g_first_signal.tv_sec;
  return seconds > 1 || seconds * 1'000'000'000 + now.tv_nsec - g_first_signal.tv_nsec > kOneWish;
}

extern "C" void on_signal(int signal, siginfo_t* about, void*) {
  const bool by_terminal = about->si_code == SI_KERNEL;
  if (g_interrupt.raised()) {
    if (signal == g_interrupt.signal() && !long_since_first()) return;
    const int ward = g_interrupt.ward();
    // One that is no group of its own has had it from the terminal.
    if (ward < 0 || (ward > 0 && !by_terminal)) kill(ward, signal);
    _exit(128 + signal);
  }
  clock_gettime(CLOCK_MONOTONIC, &g_first_signal);
  g_interrupt.raise(signal, by_terminal);
}

void install_handlers() {
  struct sigaction action {};
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // Started with nohup or in the background of a script: what was ignored stays ignored.
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
  // A reader that goes away is an error to report, not a reason to die without a verdict.
  signal(SIGPIPE, SIG_IGN);
  // Started by somebody who ignores it, we would never learn how our commands ended.
  signal(SIGCHLD, SIG_DFL);
}

int run_command(const Options& options, const Ports& ports, Console& console) {
  switch (options.command) {
    case Options::Command::check:
      return run_check(options, ports, console);
    case Options::Command::validate:
      return run_validate(options, console);
    case Options::Command::explain:
      return run_explain(options, ports, console);
    case Options::Command::hosts:
      return run_hosts(options, ports, console);
    case Options::Command::backtest:
      return run_backtest(options, ports, console);
    case Options::Command::compare:
      return run_compare(options, console);
    case Options::Command::history:
      return run_history(options, ports, console);
    case Options::Command::promote:
      return run_promote(options, ports, console);
    case Options::Command::judge:
      return run_judge(options, ports, console);
    case Options::Command::schema:
      return run_schema(options, console);
    case Options::Command::version:
      console.out << "canarygate " << CANARYGATE_VERSION << "\n";
      return 0;
  }
  return 2;
}

}  // namespace

int run_program(int argc, const char* const* argv, const char* const* environment,
                std::ostream& out, std::ostream& err) {
  install_handlers();
  const auto variables = make_system_variables();
  const auto parsed = parse_options(argc, argv, *variables, environment);
  if (const auto* early = std::get_if<EarlyExit>(&parsed)) {
    (early->code == 0 ? out : err) << early->text;
    return early->code;
  }
  const Options& options = std::get<Options>(parsed);

  const auto clock = make_system_clock();
  const auto processes = make_system_processes(g_interrupt);
  const auto curl = make_curl_client("canarygate/" CANARYGATE_VERSION, g_interrupt);
  DebugHttp debug(*curl, err);
  HttpClient& network = options.verbosity == Options::Verbosity::debug ? debug : *curl;
  RetryingClient http(network, *clock, g_interrupt);
  const Ports ports{http, *clock, *variables, *processes, g_interrupt};

  Console console{out, err, wants_colour(options.colour, *variables, STDOUT_FILENO),
                  screen_width(*variables)};
  return run_command(options, ports, console);
}

}  // namespace canarygate
