#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include "checks/csv.h"
#include "checks/stats/random.h"
#include "tests/operating/cells.h"
#include "tests/support/simulated_fleet.h"

namespace canarygate::operating {

namespace {

constexpr std::int64_t kPoints = 12;  // an hour of five-minute points
constexpr std::int64_t kWindows = 10;
constexpr std::int64_t kLooks = 4;

const std::vector<FleetSize> kFleets{
    {2, 1, kWindows, 1}, {12, 2, kWindows, 1}, {40, 3, kWindows, 1}};
const std::map<std::string, double> kEffects{
    {"none", 1}, {"+25%", 1.25}, {"+50%", 1.5}, {"+100%", 2}, {"x5", 5}};

struct Trace {
  std::size_t points = 0;
  std::vector<std::vector<double>> hosts;  ///< NaN where it has no number
};

Result<std::shared_ptr<const Trace>> read_trace(const std::string& path) {
  auto reader = CsvReader::open(path);
  if (!reader) return unexpected(reader.error());
  std::map<std::string, std::map<std::int64_t, double>> series;
  std::set<std::int64_t> times;
  std::vector<std::string> fields;
  for (;;) {
    const auto more = reader->next(fields);
    if (!more) return unexpected(more.error());
    if (!*more) break;
    if (fields.size() < 4 || fields[0] == "time") continue;
    const std::int64_t time = std::strtoll(fields[0].c_str(), nullptr, 10);
    times.insert(time);
    series[fields[1]][time] = std::strtod(fields[3].c_str(), nullptr);
  }
  auto trace = std::make_shared<Trace>();
  trace->points = times.size();
  for (const auto& [host, numbers] : series) {
    std::vector<double>& row = trace->hosts.emplace_back();
    for (const std::int64_t time : times) {
      const auto at = numbers.find(time);
      row.push_back(at == numbers.end() ? std::nan("") : at->second);
    }
  }
  return std::shared_ptr<const Trace>(std::move(trace));
}

judge::Timeline timeline_of(std::int64_t windows) {
  judge::TimelineRequest request;
  request.deployed_at = TimePoint(std::chrono::hours(360'000));
  request.step = std::chrono::minutes(5);
  request.duration = kPoints * request.step;
  request.reference = 4 * request.duration;
  request.history = windows * request.duration;
  request.looks = kLooks;
  return judge::make_timeline(request);
}

judge::JudgeInput replay(const Trace& trace, const FleetSize& size, double factor,
                         std::uint64_t seed) {
  stats::Random random(seed);
  judge::JudgeInput input;
  input.timeline = timeline_of(size.windows);
  input.looks_done = kLooks;
  input.seed = seed;
  std::vector<std::size_t> chosen(trace.hosts.size());
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  random.choose(std::span(chosen), size.hosts);
  const auto room = static_cast<std::int64_t>(trace.points) - input.timeline.columns() + 1;
  const auto begin = random.below(static_cast<std::uint64_t>(room));
  judge::MetricData data;
  data.spec.name = "trace";
  data.spec.query = "q";
  data.spec.worse = Worse::higher;
  data.values.columns = input.timeline.columns();
  for (std::size_t host = 0; host < size.hosts; ++host) {
    const bool canary = host < size.canaries;
    (canary ? input.canary : input.baseline).push_back(test::host_name(host));
    data.values.hosts.push_back(test::host_name(host));
    for (std::int64_t c = 0; c < data.values.columns; ++c) {
      const double x = trace.hosts[chosen[host]][begin + static_cast<std::uint64_t>(c)];
      data.values.values.push_back(canary && input.timeline.first() + c >= 1 ? factor * x : x);
    }
  }
  input.metrics.push_back(std::move(data));
  return input;
}

}  // namespace

Result<std::vector<Cell>> replayed_cells(const std::string& name_and_path,
                                         const Selection& selection) {
  const std::size_t equals = name_and_path.find('=');
  const bool named = equals != std::string::npos;
  const std::string path = named ? name_and_path.substr(equals + 1) : name_and_path;
  const std::string name =
      named ? name_and_path.substr(0, equals) : std::filesystem::path(path).filename().string();
  const auto trace = read_trace(path);
  if (!trace) return unexpected(trace.error());
  const Trace& read = **trace;
  std::vector<FleetSize> sizes = kFleets;
  if (selection.fleet) sizes = {*selection.fleet};
  std::vector<Cell> cells;
  for (FleetSize size : sizes) {
    size.metrics = 1;
    size.windows = std::min(size.windows, kWindows);
    const auto columns = static_cast<std::size_t>(timeline_of(size.windows).columns());
    if (read.hosts.size() < size.hosts || read.points < columns) {
      return fail(ErrorKind::usage,
                  fmt::format("{}: {} hosts of {} points; a gate of {} hosts needs {} points", path,
                              read.hosts.size(), read.points, size.hosts, columns));
    }
    for (const auto& [effect, factor] : kEffects) {
      const bool wanted =
          selection.effects.empty() || std::ranges::count(selection.effects, effect) > 0;
      if (!wanted) continue;
      cells.push_back({name, effect, size.hosts, size.canaries, size.windows, 1, kPoints, true,
                       effect == "none", 0.01,
                       [trace = *trace, size, factor = factor](std::uint64_t seed) {
                         return replay(*trace, size, factor, seed);
                       }});
    }
  }
  std::ranges::stable_sort(cells, {}, [](const Cell& cell) {
    return std::make_tuple(cell.hosts, kEffects.at(cell.effect));
  });
  return cells;
}

}  // namespace canarygate::operating
