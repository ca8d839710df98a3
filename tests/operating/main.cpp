// How often the judges are wrong and how much they see: `make judge-report`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "tests/operating/cells.h"
#include "tests/operating/contestants.h"
#include "tests/operating/families.h"
#include "tests/operating/page.h"
#include "tests/operating/results.h"

using namespace canarygate;
using namespace canarygate::operating;

namespace {

struct Options {
  Selection selection;
  MeasureRequest request{200, 1, 500, std::max(1U, std::thread::hardware_concurrency()), {}};
  std::string fleet;
  std::vector<std::string> traces;
  std::string save;
  bool resume = false;
  std::vector<std::string> results;
  std::string docs;
};

/// "H,K" or "H,K,WINDOWS,METRICS".
bool read_fleet(const std::string& text, Selection& selection) {
  FleetSize size{0, 0, 48, 10};
  char rest = 0;
  const int read = std::sscanf(text.c_str(), "%zu,%zu,%ld,%zu%c", &size.hosts, &size.canaries,
                               &size.windows, &size.metrics, &rest);
  selection.fleet = size;
  return (read == 2 || read == 4) && size.canaries >= 1 && size.hosts > size.canaries &&
         size.windows >= 0 && size.metrics >= 1;
}

Result<std::vector<Cell>> all_cells(const Options& options) {
  if (options.traces.empty()) return simulated_cells(options.selection);
  std::vector<Cell> cells;
  for (const std::string& path : options.traces) {
    auto more = replayed_cells(path, options.selection);
    if (!more) return more;
    cells.insert(cells.end(), more->begin(), more->end());
  }
  return cells;
}

void print_head(const Options& options, const std::vector<Cell>& cells) {
  fmt::print(
      "{} gates a cell, {} placebos, seed {}; share stopped +- standard error (mean points "
      "seen by then)\n",
      options.request.runs, options.request.placebos, options.request.seed);
  for (const Family& family : families()) {
    const auto of_family = [&](const Cell& cell) { return cell.family == family.name; };
    if (std::ranges::any_of(cells, of_family)) {
      fmt::print("  {:16} {}\n", family.name, family.text);
    }
  }
  const std::vector<Contestant> judges = contestants(options.request.judges);
  for (const Contestant& judge : judges) fmt::print("  {:16} {}\n", judge.name, judge.text);
  fmt::print("! more false alarms of the placebo judge than the bar and two standard errors\n\n");
  fmt::print("{:18} {:>6} {:>4} {:>4} {:7}", "family", "hosts", "J", "M", "effect");
  for (const Contestant& judge : judges) fmt::print("   {:20}", judge.name);
  fmt::print("\n");
}

void print_row(const MeasuredCell& cell) {
  fmt::print("{:18} {:>6} {:4} {:4} {:7}", cell.family,
             fmt::format("{},{}", cell.hosts, cell.canaries), cell.windows, cell.metrics,
             cell.effect);
  for (const auto& [score, seed, placebos] : cell.judges) {
    const std::string points = score.stopped > 0 ? fmt::format(" ({:.1f})", score.points) : "";
    fmt::print("   {:20}", fmt::format("{:5.1f}% +-{:.1f}{}", 100 * score.share(),
                                       100 * score.error(), points));
  }
  const Measured* ours = cell.judge("placebo");
  fmt::print("{}\n", cell.bar && ours != nullptr && ours->score.above(*cell.bar) ? "!" : "");
  std::fflush(stdout);
}

/// After each cell: what was measured is not lost when the rest is interrupted.
Status measure_all(const Options& options) {
  const auto cells = all_cells(options);
  if (!cells) return unexpected(cells.error());
  Results saved;
  if (!options.save.empty() && std::filesystem::exists(options.save)) {
    auto before = read_results(options.save);
    if (!before) return unexpected(before.error());
    saved = *std::move(before);
  }
  print_head(options, *cells);
  for (const Cell& cell : *cells) {
    if (options.resume && has(saved, cell, options.request)) continue;
    const MeasuredCell done = measured(cell, options.request);
    print_row(done);
    if (options.save.empty()) continue;
    add(saved, done);
    if (auto wrote = write_file(options.save, to_json(saved)); !wrote) return wrote;
  }
  return Done{};
}

Status write_docs(const Options& options) {
  Results all;
  for (const std::string& path : options.results) {
    const auto some = read_results(path);
    if (!some) return unexpected(some.error());
    for (const MeasuredCell& cell : *some) add(all, cell);
  }
  return write_page(options.docs, all);
}

void define(CLI::App& app, Options& options) {
  std::vector<std::string> names;
  for (const Contestant& judge : contestants()) names.push_back(judge.name);
  app.add_option("--runs", options.request.runs, "gates a cell")->check(CLI::PositiveNumber);
  app.add_option("--family", options.selection.family, "only this one");
  app.add_option("--fleet", options.fleet, "only this one: HOSTS,CANARIES[,WINDOWS,METRICS]");
  app.add_option("--effect", options.selection.effects, "only this one; repeatable")
      ->allow_extra_args(false);
  app.add_option("--judge", options.request.judges, "only this one; repeatable")
      ->check(CLI::IsMember(names))
      ->allow_extra_args(false);
  app.add_option("--seed", options.request.seed);
  app.add_option("--placebos", options.request.placebos)->check(CLI::PositiveNumber);
  app.add_option("--jobs", options.request.jobs, "threads; change no number")
      ->check(CLI::PositiveNumber);
  app.add_flag("--short", options.selection.short_form, "one fleet, no change and a doubling");
  app.add_option("--traces", options.traces,
                 "replay this CSV file, or NAME=PATH, instead; repeatable")
      ->allow_extra_args(false);
  auto* save = app.add_option("--save", options.save, "add what is measured to this JSON file");
  app.add_flag(
         "--resume", options.resume,
         "leave out what is in that file already, from as many runs and placebos and the seed")
      ->needs(save);
  auto* docs = app.add_option("--write-docs", options.docs,
                              "measure nothing; write this folder's statistics.md and figures/");
  app.add_option("--results", options.results,
                 "from this file of --save; repeatable, the last one counts")
      ->allow_extra_args(false)
      ->needs(docs);
  docs->needs("--results");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("How often the judges are wrong, and how much they see");
  define(app, options);
  CLI11_PARSE(app, argc, argv);
  if (!options.fleet.empty() && !read_fleet(options.fleet, options.selection)) {
    fmt::print(stderr, "--fleet {}: HOSTS,CANARIES or HOSTS,CANARIES,WINDOWS,METRICS\n",
               options.fleet);
    return 2;
  }
  const Status done = options.docs.empty() ? measure_all(options) : write_docs(options);
  if (done) return 0;
  fmt::print(stderr, "{}\n", done.error().text);
  return 2;
}
