// What a judgement costs: gates of three sizes, the largest with 100 metrics × 200 hosts (10 of
// them canaries) × 288 history windows of 20 points, 2,000 placebos and 5 looks; with all points
// there, and with 1 % of them missing. Numbers are made up: a level a host, a course of its own,
// and spikes on every other metric. Exits with 1 when the largest takes longer or more memory than
// promised below. SHORT=1: without the largest.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/judge/restless.h"
#include "checks/judge/trial.h"
#include "checks/memory.h"
#include "checks/parallel.h"

using namespace canarygate;
using namespace canarygate::judge;

namespace {

constexpr double kPromisedSeconds = 3;
constexpr double kPromisedPlaceboSeconds = 1;
constexpr double kPromisedMebibytes = 1024;

struct Size {
  std::size_t metrics = 1;
  std::size_t hosts = 1;
  std::size_t canaries = 1;
  std::int64_t windows = 1;
  double missing = 0;
};

/// Fast and the same everywhere; good enough for a benchmark.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 2 + 1) {}

  std::uint64_t bits() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return state_;
  }
  bool happens(double chance) { return static_cast<double>(bits() >> 32U) < chance * 0x1p32; }
  /// Nearly normal: four uniform numbers from one draw.
  double normal() {
    const std::uint64_t drawn = bits();
    double sum = -4 * 32767.5;
    for (unsigned part = 0; part < 64; part += 16) {
      sum += static_cast<double>((drawn >> part) & 0xFFFFU);
    }
    return sum / 65536 * std::sqrt(3.0);
  }

 private:
  std::uint64_t state_;
};

Table table_of(const Timeline& line, const std::vector<std::string>& hosts, std::size_t metric,
               double missing) {
  Table table{hosts, line.columns(), {}};
  table.values.reserve(hosts.size() * static_cast<std::size_t>(table.columns));
  for (std::size_t host = 0; host < hosts.size(); ++host) {
    Noise noise(1000 * metric + host + 1);
    const double level = 3 + 0.15 * noise.normal();
    double course = 0;
    for (std::int64_t i = 0; i < table.columns; ++i) {
      course = 0.9 * course + 0.065 * noise.normal();
      double log = level + course;
      if (metric % 2 == 1 && noise.happens(0.01)) log += 0.7;
      table.values.push_back(missing > 0 && noise.happens(missing) ? std::nan("") : std::exp(log));
    }
  }
  return table;
}

JudgeInput input_of(const Size& size) {
  TimelineRequest request;
  request.deployed_at = TimePoint(std::chrono::hours(24 * 20000));
  request.warmup = std::chrono::minutes(1);
  request.step = std::chrono::seconds(15);
  request.duration = 20 * request.step;
  request.reference = 4 * request.duration;
  request.history = size.windows * request.duration;
  request.looks = 5;
  JudgeInput input;
  input.timeline = make_timeline(request);
  input.looks_done = static_cast<std::int64_t>(input.timeline.looks.size());
  std::vector<std::string> hosts;
  for (std::size_t i = 0; i < size.hosts; ++i) {
    hosts.push_back(fmt::format("host-{:04}", i));
    (i < size.canaries ? input.canary : input.baseline).push_back(hosts.back());
  }
  input.settings.placebos = 2000;
  input.seed = 7;
  for (std::size_t metric = 0; metric < size.metrics; ++metric) {
    MetricData data;
    data.spec.name = data.spec.query = fmt::format("metric-{:03}", metric);
    data.values = table_of(input.timeline, hosts, metric, size.missing);
    input.metrics.push_back(std::move(data));
  }
  return input;
}

/// Seconds passed, and seconds on a core.
struct Cost {
  double wall = 0;
  double processor = 0;
};

Cost so_far() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration<double>(now).count(),
          seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

Cost since(const Cost& begun) {
  const Cost now = so_far();
  return {now.wall - begun.wall, now.processor - begun.processor};
}

/// VmRSS or VmHWM, in MiB.
double mebibytes(std::string_view which) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(which)) return std::stod(line.substr(which.size() + 1)) / 1024;
  }
  return std::nan("");
}

/// From here on VmHWM is the peak since now.
void forget_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

/// The draws, their scores on all metrics and looks, the nulls and the step-down, again and by
/// themselves. Between them, outside the clock, each metric's numbers are made anew.
Cost placebo_cost(const JudgeInput& input) {
  const Fleet fleet = make_fleet(input);
  Cost all;
  const auto add = [&](const Cost& begun) {
    const Cost cost = since(begun);
    all.wall += cost.wall;
    all.processor += cost.processor;
  };
  Cost begun = so_far();
  DrawRequest request{std::vector<std::vector<std::uint32_t>>(input.timeline.bases.size() + 1),
                      {},
                      input.baseline.size(),
                      static_cast<std::size_t>(input.settings.placebos),
                      input.seed};
  for (std::uint32_t host = 0; host < fleet.size(); ++host) {
    for (auto& present : request.present) present.push_back(host);
    if (fleet.canary[host]) request.canary.push_back(host);
  }
  const Draws draws = draw_history(request);
  add(begun);
  const PartWeights weights = part_weights(input.timeline);
  std::vector<Null> nulls(input.metrics.size());
  const std::size_t cores = usable_cores();
  for (std::size_t from = 0; from < nulls.size(); from += cores) {
    const std::size_t count = std::min(cores, nulls.size() - from);
    std::vector<Cube> d(count);
    std::vector<std::optional<HostNoise>> noise(count);
    for_each_index(count, cores, [&](std::size_t i) {
      const Subject subject = make_subject(input, fleet, input.metrics[from + i]);
      const SummaryRequest wanted{fleet, input.timeline, subject.points,
                                  subject.settings.min_coverage, input.looks_done};
      Summariser summariser(wanted, subject.scale);
      Steps steps(input.timeline, fleet.size(), false);
      HostPoints points(subject.scale, input.timeline);
      for (std::size_t host = 0; host < fleet.size(); ++host) {
        points.load(subject.points.values, host);
        summariser.add(host, points);
        steps.add(host, points);
      }
      d[i] = adjust(summariser.take(), {fleet, true, {}, false, input.timeline.older_windows()});
      noise[i].emplace(d[i], false, input.timeline.older_windows());
      noise[i]->set_restlessness(steps.restlessness(input.looks_done), input.timeline.looks, false);
    });
    begun = so_far();
    for_each_index(count, cores, [&](std::size_t i) {
      const DrawScores drawn = score_draws({d[i], *noise[i], draws, false, {}, {}});
      nulls[from + i] = make_null(drawn.scores, weights, Worse::higher, false);
    });
    add(begun);
  }
  begun = so_far();
  std::vector<Tested> tested;
  for (const Null& null : nulls) tested.push_back({3.0, &null.worst, 1.0});
  const StepDown how{tested.size(), 2000, 1, 1, true};
  static_cast<void>(adjusted_p(tested, how));
  static_cast<void>(critical_score(tested, how, input.settings.false_alarms, 1.0));
  add(begun);
  return all;
}

/// Whether it stayed within what is promised of the largest.
bool measure_size(const Size& size) {
  const JudgeInput input = input_of(size);
  const double points = static_cast<double>(size.metrics * size.hosts) *
                        static_cast<double>(input.timeline.columns());
  forget_peak();
  const double before = mebibytes("VmRSS:");
  const Cost begun = so_far();
  const Judgement judgement = judge::judge(input);
  const Cost total = since(begun);
  const double memory = mebibytes("VmHWM:") - before;
  const Cost placebo = placebo_cost(input);
  fmt::print(
      "{:>7} {:>5} {:>7} {:>5.0f} % {:>7.1f} {:>8.2f} s {:>8.2f} s {:>6.1f} ms {:>8.1f} ms "
      "{:>7.2f} s {:>7.2f} s {:>7.0f} MiB\n",
      size.metrics, size.hosts, judgement.history_windows, 100 * size.missing, points / 1e6,
      total.wall, total.processor, 1e3 * total.wall / static_cast<double>(size.metrics),
      1e9 * total.wall / points, placebo.wall, placebo.processor, memory);
  return total.wall <= kPromisedSeconds && placebo.wall <= kPromisedPlaceboSeconds &&
         memory <= kPromisedMebibytes;
}

}  // namespace

int main() {
  canarygate::keep_freed_memory();
  const char* is_short = std::getenv("SHORT");
  const bool leave_out = is_short != nullptr && std::string_view(is_short) == "1";
  fmt::print(
      "metrics hosts windows missing Mpoints      total  processor  a metric    a Mpoint  "
      "placebos processor      memory\n");
  bool kept = true;
  for (const double missing : {0.0, 0.01}) {
    measure_size({10, 12, 2, 48, missing});
    measure_size({20, 200, 10, 72, missing});
    if (!leave_out) kept = measure_size({100, 200, 10, 288, missing}) && kept;
  }
  return kept ? 0 : 1;
}
