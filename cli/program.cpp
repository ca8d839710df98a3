#include "cli/program.h"

#include <signal.h>
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

extern "C" void on_signal(int signal) {
  if (g_interrupt.raised()) _exit(128 + signal);
  g_interrupt.raise(signal);
}

void install_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // Started with nohup or in the background of a script: what was ignored stays ignored.
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
  // A reader that goes away is an error to report, not a reason to die without a verdict.
  signal(SIGPIPE, SIG_IGN);
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
    case Options::Command::compare:
      return run_compare(options, console);
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

  Console console{out, err, wants_colour(options.colour, *variables), screen_width(*variables)};
  return run_command(options, ports, console);
}

}  // namespace canarygate
