#include "cli/history/keep.h"

#include "pipelines/history/store.h"

namespace canarygate {

Duration history_reach(const CheckDefinition& check) {
  return check.judge.history + check.judge.reference.value_or(4 * check.window.duration) +
         2 * (check.window.warmup + check.window.duration) + std::chrono::hours(24);
}

Status recall(const HistorySpec& spec, const Options& options, const Ports& ports,
              std::span<GateRequest* const> requests) {
  auto store = history::open_store(spec, ports, false, history::kPatienceOfRuns);
  if (!store) return unexpected(store.error());
  if (!*store) return Done{};
  const TimePoint now = options.now.value_or(ports.clock.now());
  for (GateRequest* request : requests) {
    const LoadedCheck& loaded = request->loaded;
    const TimePoint since = options.deployed_at.value_or(now) - history_reach(loaded.check);
    auto events = (*store)->past_events(loaded.check.name, loaded.environment.name, since,
                                        options.deployed_at);
    if (!events) return unexpected(events.error());
    request->past_events = std::move(*events);
  }
  return Done{};
}

std::string not_recalled(const Error& error) {
  return "past deploys are not left out of what counts as normal: " + error.text;
}

HistoryKeeper::HistoryKeeper(const Options& options, const ConfigRoot* root, Subjects& subjects,
                             const Ports& ports, Console& console)
    : options_(options), ports_(ports), console_(console) {
  if (options.no_history || root == nullptr || !subjects.problems.empty()) return;
  std::vector<GateRequest*> judged_by_the_past;
  for (auto& request : subjects.requests) {
    const LoadedCheck& loaded = request->loaded;
    definitions_.push_back(history::hash_of({loaded.check.file, loaded.environment.file}));
    if (!spec_) spec_ = history_of(*root, loaded.environment);
    if (loaded.check.needs_past()) judged_by_the_past.push_back(&*request);
  }
  if (judged_by_the_past.empty()) return;
  const auto recalled = recall(*spec_, options, ports, judged_by_the_past);
  if (!recalled) console.err << "canarygate: warning: " << not_recalled(recalled.error()) << "\n";
}

void HistoryKeeper::warn(const std::string& what, const Error& error) {
  console_.err << "canarygate: warning: " << what << ": " << error.text << "\n";
}

void HistoryKeeper::record(const std::vector<Report>& reports, int code) {
  if (!spec_) return;
  const std::string what = "this run is not in the history";
  auto store = history::open_store(*spec_, ports_, true, history::kPatienceOfRuns);
  if (!store) return warn(what, store.error());
  const bool changed = code != exit_code(reports);  // a report could not be written
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Report& report = reports[i];
    const auto record = history::record_of(report, changed ? code : report.exit_code,
                                           definitions_[i], options_.observe.value_or(Duration(0)));
    const auto added = (*store)->add(record, ports_.clock.now());
    if (!added) return warn(what, added.error());
  }
}

}  // namespace canarygate
