#include "tests/operating/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "tests/operating/contestants.h"
#include "tests/operating/families.h"

namespace canarygate::operating {

namespace {

using Json = nlohmann::ordered_json;

template <typename Table>
std::size_t place(const Table& table, const std::string& name) {
  const auto found = std::ranges::find(table, name, [](const auto& entry) { return entry.name; });
  return static_cast<std::size_t>(found - table.begin());
}

auto order(const MeasuredCell& cell) {
  return std::make_tuple(cell.trace, place(families(), cell.family), cell.family,
                         place(effects(), cell.effect), cell.effect, cell.hosts, cell.canaries,
                         cell.windows, cell.metrics);
}

Json json_of(const MeasuredCell& cell) {
  Json out{{"family", cell.family},     {"effect", cell.effect},   {"hosts", cell.hosts},
           {"canaries", cell.canaries}, {"windows", cell.windows}, {"metrics", cell.metrics},
           {"points", cell.points},     {"trace", cell.trace}};
  out["bar"] = cell.bar ? Json(*cell.bar) : Json(nullptr);
  for (const Measured& judge : cell.judges) {
    const Score& score = judge.score;
    out["judges"][score.judge] = {
        {"runs", score.runs},
        {"seed", judge.seed},
        {"placebos", judge.placebos},
        {"stopped", score.stopped},
        {"points", score.stopped > 0 ? Json(std::round(100 * score.points) / 100) : Json(nullptr)}};
  }
  return out;
}

MeasuredCell cell_of(const Json& in) {
  MeasuredCell cell;
  in.at("family").get_to(cell.family);
  in.at("effect").get_to(cell.effect);
  in.at("hosts").get_to(cell.hosts);
  in.at("canaries").get_to(cell.canaries);
  in.at("windows").get_to(cell.windows);
  in.at("metrics").get_to(cell.metrics);
  in.at("points").get_to(cell.points);
  in.at("trace").get_to(cell.trace);
  if (!in.at("bar").is_null()) cell.bar = in.at("bar").get<double>();
  for (const auto& [name, judge] : in.at("judges").items()) {
    Measured measured;
    measured.score = {name, judge.at("runs").get<int>(), judge.at("stopped").get<int>(), 0};
    if (!judge.at("points").is_null()) measured.score.points = judge.at("points").get<double>();
    judge.at("seed").get_to(measured.seed);
    judge.at("placebos").get_to(measured.placebos);
    cell.judges.push_back(std::move(measured));
  }
  return cell;
}

MeasuredCell unmeasured(const Cell& cell) {
  MeasuredCell out{cell.family,  cell.effect, cell.hosts, cell.canaries, cell.windows,
                   cell.metrics, cell.points, cell.trace, std::nullopt,  {}};
  if (cell.harmless) out.bar = cell.bar;
  return out;
}

}  // namespace

const Measured* MeasuredCell::judge(const std::string& name) const {
  const auto found =
      std::ranges::find(judges, name, [](const Measured& of) { return of.score.judge; });
  return found == judges.end() ? nullptr : &*found;
}

MeasuredCell measured(const Cell& cell, const MeasureRequest& request) {
  MeasuredCell out = unmeasured(cell);
  for (Score& score : measure(cell, request)) {
    out.judges.push_back({std::move(score), request.seed, request.placebos});
  }
  return out;
}

bool has(const Results& results, const Cell& cell, const MeasureRequest& request) {
  const auto key = order(unmeasured(cell));
  const auto at = std::ranges::lower_bound(results, key, {}, order);
  if (at == results.end() || order(*at) != key) return false;
  return std::ranges::all_of(contestants(request.judges), [&](const Contestant& judge) {
    const Measured* own = at->judge(judge.name);
    return own != nullptr && own->score.runs == request.runs && own->seed == request.seed &&
           own->placebos == request.placebos;
  });
}

void add(Results& results, MeasuredCell cell) {
  const auto at = std::ranges::lower_bound(results, order(cell), {}, order);
  if (at == results.end() || order(*at) != order(cell)) {
    results.insert(at, std::move(cell));
    return;
  }
  for (const Measured& old : at->judges) {
    if (cell.judge(old.score.judge) == nullptr) cell.judges.push_back(old);
  }
  std::ranges::sort(cell.judges, {},
                    [](const Measured& of) { return place(contestants(), of.score.judge); });
  *at = std::move(cell);
}

Result<Results> read_results(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorKind::usage, path.string() + ": cannot be read");
  Results results;
  try {
    for (const Json& cell : Json::parse(file)) add(results, cell_of(cell));
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::usage,
                fmt::format("{}: not a file of --save: {}", path.string(), error.what()));
  }
  return results;
}

std::string to_json(const Results& results) {
  std::string text;
  for (const MeasuredCell& cell : results) {
    text += (text.empty() ? "[\n" : ",\n") + json_of(cell).dump();
  }
  return text.empty() ? "[]\n" : text + "\n]\n";
}

Status write_file(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  const std::filesystem::path temporary = path.string() + ".new";
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (file && !error) return Done{};
  std::filesystem::remove(temporary, ignored);
  return fail(ErrorKind::output, path.string() + ": cannot be written");
}

}  // namespace canarygate::operating
