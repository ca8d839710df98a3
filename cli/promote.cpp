#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checks/definition/mode_place.h"
#include "cli/commands.h"
#include "cli/failed.h"
#include "cli/subject.h"
#include "pipelines/history/stats.h"
#include "pipelines/history/store.h"
#include "pipelines/write_report.h"

namespace canarygate {

namespace {

namespace fs = std::filesystem;

/// The same file with another text: a link stays a link, the permissions stay.
Status rewrite(const std::string& path, const std::string& text) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) return fail(ErrorKind::output, fmt::format("{}: {}", path, error.message()));
  const fs::perms permissions = fs::status(target, error).permissions();
  auto written = write_report(target, text);
  if (written && !error) fs::permissions(target, permissions, error);
  return written;
}

Status make_hard(const ModePlace& place) {
  std::ifstream input(place.path, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  const auto edited = with_hard_mode(text.str(), place);
  if (!input || !edited) {
    return fail(ErrorKind::output, fmt::format("{}:{}:{}: cannot find `soft` here; write `mode: "
                                               "hard` by hand",
                                               place.shown, place.line, place.column));
  }
  return rewrite(place.path, *edited);
}

std::string place_text(const history::CheckStats& stats) {
  return stats.environment.empty() ? stats.check : stats.check + " in " + stats.environment;
}

/// Whether the past of the environments that the edit is for says so; what it says is printed.
/// Nothing after an error.
std::optional<bool> is_ready(const Options& options, const Ports& ports, const HistorySpec& spec,
                             const history::Filter& filter, Console& console) {
  auto store = history::open_store(spec, ports, false, history::kPatienceOfPeople);
  if (!store) {
    failed(store.error().text, console);
    return std::nullopt;
  }
  std::vector<history::Record> records;
  if (*store) {
    auto listed = (*store)->list(filter);
    if (!listed) {
      failed(listed.error().text, console);
      return std::nullopt;
    }
    records = std::move(*listed);
  }
  auto checks = history::stats_of(std::move(records));
  std::erase_if(checks, [](const history::CheckStats& stats) { return !stats.soft; });
  if (checks.empty()) {
    console.out << options.names.front() << ": no soft run is recorded in " << spec.url << "\n";
  }
  bool ready = !checks.empty();
  for (const history::CheckStats& stats : checks) {
    const history::Recommendation said = history::recommend(stats);
    console.out << place_text(stats) << ": " << said.text << "\n";
    ready = ready && said.ready;
  }
  return ready;
}

}  // namespace

int run_promote(const Options& options, const Ports& ports, Console& console) {
  const auto root = root_of(options);
  if (!root) return failed(root.error(), console);
  const std::string& name = options.names.front();
  const auto loaded = load_check(*root, name, options.environment);
  if (!loaded) return failed(loaded.error(), console);
  if (loaded->check.mode == Mode::hard) {
    console.out << name << " is in hard mode already\n";
    return 0;
  }
  const auto place = place_of_mode(*root, name, options.environment);
  if (!place) return failed("cannot find where `mode` is written", console);

  // The check's own line is for all the environments that it runs in.
  history::Filter filter;
  filter.check = name;
  if (place->override) filter.environment = loaded->environment.name;
  const auto ready =
      is_ready(options, ports, history_of(*root, loaded->environment), filter, console);
  if (!ready) return 2;
  if (!*ready) {
    console.out << place->shown << " is as it was\n";
    return 1;
  }
  const auto made = make_hard(*place);
  if (!made) return failed(made.error().text, console);
  console.out << fmt::format("{}:{}: `mode` is hard now\n", place->shown, place->line);
  return 0;
}

}  // namespace canarygate
