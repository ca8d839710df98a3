#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failed.h"
#include "cli/history/print.h"
#include "cli/history/stats.h"
#include "cli/subject.h"
#include "pipelines/ci_environment.h"
#include "pipelines/history/store.h"

namespace canarygate {

namespace {

using Action = HistoryOptions::Action;

/// --env chooses the store, and only where it was given also the runs.
history::Filter filter_of(const Options& options, TimePoint now) {
  history::Filter filter;
  filter.check = options.history.check;
  filter.environment = options.environment.value_or("");
  filter.since = options.history.since;
  if (options.history.ago) filter.since = now - *options.history.ago;
  return filter;
}

int list(history::Store& store, const Options& options, TimePoint now, Console& console) {
  history::Filter filter = filter_of(options, now);
  filter.limit = options.history.limit;
  const auto records = store.list(filter);
  if (!records) return failed(records.error().text, console);
  const bool json = options.format == Options::Format::json;
  console.out << (json ? runs_json(*records) : runs_text(*records));
  if (!json && records->empty()) console.out << "no such run in " << store.where() << "\n";
  return 0;
}

int show(history::Store& store, const Options& options, Console& console) {
  const auto record = store.find(options.history.id);
  if (!record) return failed(record.error().text, console);
  const bool json = options.format == Options::Format::json;
  console.out << (json ? run_json(*record) : run_text(*record));
  return 0;
}

int mark(history::Store& store, const Options& options, const Ports& ports, Console& console) {
  const std::string& word = options.history.mark;
  const auto mark = word == "right"   ? history::Mark::right
                    : word == "wrong" ? history::Mark::wrong
                                      : history::Mark::none;
  const std::string user = ci_user(read_ci_environment(ports.variables), ports.variables);
  const auto record =
      store.mark(options.history.id, mark, options.history.note, user, ports.clock.now());
  if (!record) return failed(record.error().text, console);
  if (options.format == Options::Format::json) {
    console.out << run_json(*record);
  } else {
    console.out << mark_text(*record);
  }
  return 0;
}

int prune(history::Store& store, const Options& options, TimePoint now, Console& console) {
  history::Filter filter = filter_of(options, now);
  filter.since.reset();
  filter.before = now - options.history.older_than;
  const auto removed = store.prune(filter);
  if (!removed) return failed(removed.error().text, console);
  if (options.format == Options::Format::json) {
    console.out << fmt::format("{{\"version\": 1, \"removed\": {}}}\n", *removed);
  } else {
    console.out << fmt::format("removed {} run{} from {}\n", *removed, *removed == 1 ? "" : "s",
                               store.where());
  }
  return 0;
}

/// One run at a time is in memory: a report is some ten kilobytes, a history many thousands.
int export_runs(history::Store& store, const Options& options, TimePoint now, Console& console) {
  const auto records = store.list(filter_of(options, now));
  if (!records) return failed(records.error().text, console);
  for (const history::Record& listed : *records) {
    const auto record = store.find(listed.run_id);
    if (!record) return failed(record.error().text, console);
    console.out << run_line(*record);
  }
  return 0;
}

int act(history::Store& store, const Options& options, const Ports& ports, Console& console) {
  const TimePoint now = ports.clock.now();
  switch (options.history.action) {
    case Action::list:
      return list(store, options, now, console);
    case Action::show:
      return show(store, options, console);
    case Action::stats:
      return print_stats(store, filter_of(options, now), options, now, console);
    case Action::mark:
      return mark(store, options, ports, console);
    case Action::prune:
      return prune(store, options, now, console);
    case Action::export_runs:
      return export_runs(store, options, now, console);
  }
  return 2;
}

}  // namespace

int run_history(const Options& options, const Ports& ports, Console& console) {
  const auto root = root_of(options);
  if (!root) return failed(root.error(), console);
  const auto spec = history_of(*root, options.environment);
  if (!spec) return failed(spec.error(), console);
  auto store = history::open_store(*spec, ports, false, history::kPatienceOfPeople);
  if (!store) return failed(store.error().text, console);
  if (!*store) {
    console.err << "canarygate: history " << spec->url
                << ": nothing has been recorded there yet; `canarygate check` does\n";
    return 2;
  }
  const int code = act(**store, options, ports, console);
  console.out.flush();
  if (!console.out) {
    return failed("cannot write to stdout; is the pipe closed?", console);
  }
  return code;
}

}  // namespace canarygate
