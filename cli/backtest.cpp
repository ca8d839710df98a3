#include "checks/backtest.h"

#include <fmt/format.h>

#include <utility>

#include "checks/backtest/cache.h"
#include "checks/backtest/merge_deploys.h"
#include "checks/parallel.h"
#include "checks/text.h"
#include "cli/commands.h"
#include "cli/failed.h"
#include "cli/history/keep.h"
#include "cli/subject.h"
#include "cli/terminal/bar.h"
#include "pipelines/backtest/html.h"
#include "pipelines/backtest/json.h"
#include "pipelines/backtest/recorded_deploys.h"
#include "pipelines/backtest/text.h"
#include "pipelines/deploys/find.h"
#include "pipelines/report.h"
#include "pipelines/write_report.h"

namespace canarygate {

namespace {

bool stops_deploy(const Outcome& outcome) { return hard_exit_code(outcome) == 1; }

class Teller : public backtest::Observer {
 public:
  Teller(Bar& bar, const Options& options, std::ostream& err)
      : bar_(bar), quiet_(options.verbosity == Options::Verbosity::quiet), err_(err) {}

  void hosts_found(const HostsOutcome& hosts) override {
    if (quiet_) return;
    bar_.clear();
    err_ << fmt::format("canary: {}; baseline: {}\n", printable(list_of(hosts.canary)),
                        printable(list_of(hosts.baseline)));
  }
  void progress(const std::string& what, std::int64_t done, std::int64_t all) override {
    bar_.show(what, done, all);
  }

 private:
  Bar& bar_;
  bool quiet_;
  std::ostream& err_;
};

/// Deploys that the history knows. What goes wrong with it is a warning.
void recall(const Options& options, const ConfigRoot& root, const Ports& ports,
            backtest::Request& request, Console& console) {
  if (options.no_history) return;
  const LoadedCheck& loaded = request.gate.loaded;
  const TimePoint until = request.until.value_or(ports.clock.now());
  const TimePoint since = request.since.value_or(until - request.length);
  const auto warn = [&](const Error& error) {
    console.err << "canarygate: warning: the deploys of the history are not replayed: "
                << error.text << "\n";
  };
  auto store = history::open_store(history_of(root, loaded.environment), ports, false,
                                   history::kPatienceOfPeople);
  if (!store) return warn(store.error());
  if (!*store) return;
  // What was deployed before is not replayed, but is no normal time either.
  auto events = (*store)->past_events(loaded.check.name, loaded.environment.name,
                                      since - history_reach(loaded.check), std::nullopt);
  if (!events) return warn(events.error());
  request.gate.past_events = std::move(*events);
  auto deploys =
      backtest::recorded_deploys(**store, loaded.check.name, loaded.environment.name, since);
  if (!deploys) return warn(deploys.error());
  for (backtest::PastDeploy& deploy : *deploys) {
    if (deploy.deployed_at <= until) request.deploys.push_back(std::move(deploy));
  }
}

/// Deploys that --deploys names, beside those of the history.
Status add_deploys(const std::vector<std::string>& sources, const Ports& ports,
                   backtest::Request& request) {
  constexpr Duration kPatience = std::chrono::minutes(2);
  const LoadedCheck& loaded = request.gate.loaded;
  const TimePoint until = request.until.value_or(ports.clock.now());
  const deploys::Wanted wanted{loaded.check.name, request.since.value_or(until - request.length),
                               until, loaded.check.window.warmup + loaded.check.window.duration};
  for (const std::string& source : sources) {
    auto found = deploys::find_past_deploys(source, wanted, loaded.environment, ports, kPatience);
    if (!found) {
      Error error = found.error();
      error.text = "--deploys: " + error.text;
      return unexpected(std::move(error));
    }
    std::erase_if(*found, [&](const backtest::PastDeploy& deploy) {
      return deploy.deployed_at < wanted.from || deploy.deployed_at > wanted.to;
    });
    auto merged =
        backtest::merge_deploys(std::move(request.deploys), std::move(*found), wanted.apart);
    if (!merged) return unexpected(merged.error());
    request.deploys = std::move(*merged);
  }
  return Done{};
}

}  // namespace

int run_backtest(const Options& options, const Ports& ports, Console& console) {
  const auto root = root_of(options);
  if (!root) return failed(root.error(), console);
  auto gate = request_of(options, *root, options.names.front());
  if (!gate) return failed(gate.error(), console);
  const BacktestOptions& wish = options.backtest;
  backtest::Request request;
  request.gate = std::move(*gate);
  request.since = wish.since;
  if (wish.ago) request.length = *wish.ago;
  request.until = wish.until;
  request.runs = wish.runs;
  request.quick = wish.quick;
  request.jobs = wish.jobs.value_or(usable_cores());
  request.stops = stops_deploy;
  if (!wish.no_cache) request.cache = backtest::cache_folder(ports.variables);
  recall(options, *root, ports, request, console);

  if (const Status added = add_deploys(wish.deploys, ports, request); !added) {
    return failed(printable(added.error().text), console);
  }

  Bar bar(console.err, ports.clock, bar_style(options, ports));
  Teller teller(bar, options, console.err);
  const auto findings = backtest::run(request, ports, teller);
  bar.clear();
  if (!findings) {
    const int code = failed(printable(findings.error().text), console);
    return ports.interrupt.raised() ? 128 + ports.interrupt.signal() : code;
  }
  console.out << (options.format == Options::Format::json ? backtest::to_json(*findings)
                                                          : backtest::to_text(*findings));
  console.out.flush();
  if (!console.out) return failed("cannot write to stdout; is the pipe closed?", console);
  if (wish.html) {
    const Status written =
        write_report(*wish.html, backtest::to_html(*findings, request.gate.loaded.check), "page");
    if (!written) return failed(written.error().text, console);
  }
  return findings->interrupted_by == 0 ? 0 : 128 + findings->interrupted_by;
}

}  // namespace canarygate
