// How often the judges are wrong and how much they see, as tables: `make judge-report`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/operating/cells.h"
#include "tests/operating/contestants.h"
#include "tests/operating/families.h"

using namespace canarygate;
using namespace canarygate::operating;

namespace {

struct Options {
  Selection selection;
  MeasureRequest request{200, 1, 500, std::max(1U, std::thread::hardware_concurrency()), false};
  std::string fleet;
  std::vector<std::string> traces;
  std::string format = "text";
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
  for (const Contestant& judge : contestants()) fmt::print("  {:16} {}\n", judge.name, judge.text);
  fmt::print("! more false alarms of the placebo judge than the bar and two standard errors\n\n");
  fmt::print("{:18} {:>6} {:>4} {:>4} {:7}", "family", "hosts", "J", "M", "effect");
  const std::size_t judges = options.request.only_ours ? 1 : contestants().size();
  for (const Contestant& judge : contestants().first(judges)) fmt::print("   {:20}", judge.name);
  fmt::print("\n");
}

void print_row(const Cell& cell, const std::vector<Score>& scores) {
  fmt::print("{:18} {:>6} {:4} {:4} {:7}", cell.family,
             fmt::format("{},{}", cell.hosts, cell.canaries), cell.windows, cell.metrics,
             cell.effect);
  for (const Score& score : scores) {
    const std::string points = score.stopped > 0 ? fmt::format(" ({:.1f})", score.points) : "";
    fmt::print("   {:20}", fmt::format("{:5.1f}% +-{:.1f}{}", 100 * score.share(),
                                       100 * score.error(), points));
  }
  fmt::print("{}\n", cell.harmless && scores.front().above(cell.bar) ? "!" : "");
  std::fflush(stdout);
}

nlohmann::ordered_json row_of(const Cell& cell, const std::vector<Score>& scores) {
  nlohmann::ordered_json row{{"family", cell.family},     {"hosts", cell.hosts},
                             {"canaries", cell.canaries}, {"windows", cell.windows},
                             {"metrics", cell.metrics},   {"effect", cell.effect}};
  row["bar"] = cell.harmless ? nlohmann::ordered_json(cell.bar) : nullptr;
  for (const Score& score : scores) {
    row["judges"][score.judge] = {
        {"runs", score.runs},
        {"stopped", score.stopped},
        {"share", score.share()},
        {"error", score.error()},
        {"points", score.stopped > 0 ? nlohmann::ordered_json(score.points) : nullptr}};
  }
  return row;
}

void define(CLI::App& app, Options& options) {
  app.add_option("--runs", options.request.runs, "gates a cell")->check(CLI::PositiveNumber);
  app.add_option("--family", options.selection.family, "only this one");
  app.add_option("--fleet", options.fleet, "only this one: HOSTS,CANARIES[,WINDOWS,METRICS]");
  app.add_option("--effect", options.selection.effects, "only this one; repeatable");
  app.add_option("--seed", options.request.seed);
  app.add_option("--placebos", options.request.placebos)->check(CLI::PositiveNumber);
  app.add_option("--jobs", options.request.jobs, "threads; change no number")
      ->check(CLI::PositiveNumber);
  app.add_flag("--only-ours", options.request.only_ours, "the placebo judge alone");
  app.add_flag("--short", options.selection.short_form, "one fleet, no change and a doubling");
  app.add_option("--traces", options.traces, "replay this CSV file instead; repeatable");
  app.add_option("--format", options.format)->check(CLI::IsMember({"text", "json"}));
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
  const auto cells = all_cells(options);
  if (!cells) {
    fmt::print(stderr, "{}\n", cells.error().text);
    return 2;
  }
  const bool text = options.format == "text";
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  if (text) print_head(options, *cells);
  for (const Cell& cell : *cells) {
    const std::vector<Score> scores = measure(cell, options.request);
    if (text) {
      print_row(cell, scores);
    } else {
      rows.push_back(row_of(cell, scores));
    }
  }
  if (!text) fmt::print("{}\n", rows.dump(2));
  return 0;
}
