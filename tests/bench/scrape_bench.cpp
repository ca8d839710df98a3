// The promise of `type: scrape`: 200 endpoints at one scrape a second for a minute, on two cores,
// without a missed tick. Real endpoints in a process of their own, the real HTTP client and clock.
// Exits with 1 when a tick was missed, a scrape failed, or a look found a point missing. SHORT=1:
// ten seconds.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "checks/http/curl.h"
#include "checks/metrics/scrape.h"
#include "checks/system_ports.h"
#include "tests/bench/endpoints.h"

using namespace canarygate;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kEndpoints = 200;
constexpr int kLookEvery = 10;  // ticks
constexpr std::int64_t kLookPoints = 5;

const std::vector<std::string> kQueries = {
    "sum by (instance) (rate(http_requests_total[4s]))",
    R"(sum by (instance) (rate(http_requests_total{code=~"5.."}[4s])))",
    "histogram_quantile(0.99, sum by (instance, le) "
    "(rate(http_request_duration_seconds_bucket[4s])))",
    R"(sum by (instance) (rate(node_cpu_seconds_total{mode!="idle"}[4s])))",
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Seconds on a core, of this process or of those it waited for.
double processor_time(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

struct Tally {
  std::int64_t ticks = 0;
  std::int64_t missed = 0;
  std::int64_t points_missing = 0;
  Duration longest_tick{0};
  Duration longest_look{0};
  std::vector<std::string> warnings;
};

/// What a gate asks at a look: each host's numbers of the last seconds.
void look(MetricsBackend& backend, const Clock& clock, Tally& tally) {
  const Duration begun = clock.elapsed();
  const Grid grid{clock.now() - kLookPoints * 1s, 1s, kLookPoints};
  std::vector<RangeQuery> asked;
  for (const std::string& query : kQueries) asked.push_back({query, grid, ""});
  for (const auto& answer : backend.fetch(asked, 1s)) {
    if (!answer) {
      tally.warnings.push_back(answer.error().text);
      continue;
    }
    tally.warnings.insert(tally.warnings.end(), answer->warnings.begin(), answer->warnings.end());
    std::int64_t points = 0;
    for (const Series& series : answer->series) {
      points += std::ranges::count_if(series.values, [](double v) { return std::isfinite(v); });
    }
    tally.points_missing += static_cast<std::int64_t>(kEndpoints) * kLookPoints - points;
  }
  tally.longest_look = std::max(tally.longest_look, clock.elapsed() - begun);
}

Tally run(MetricsBackend& backend, const Ports& ports, int ticks) {
  Tally tally;
  std::optional<TimePoint> due;
  while (tally.ticks + tally.missed < ticks) {
    const Duration begun = ports.clock.elapsed();
    const auto next = backend.collect(10s);
    if (!next || next == due) continue;
    ++tally.ticks;
    tally.longest_tick = std::max(tally.longest_tick, ports.clock.elapsed() - begun);
    // The raster is whole seconds; half a one is far more than the clocks can differ.
    if (due) tally.missed += (*next - *due + 500ms) / 1s - 1;
    due = next;
    if (tally.ticks % kLookEvery == 0) look(backend, ports.clock, tally);
    ports.clock.sleep(*due - ports.clock.now(), ports.interrupt);
  }
  return tally;
}

}  // namespace

int main() {
  const char* is_short = std::getenv("SHORT");
  const int ticks = is_short != nullptr && std::string_view(is_short) == "1" ? 10 : 60;
  auto endpoints = std::make_unique<bench::Endpoints>(kEndpoints);

  const Interrupt interrupt;
  const auto http = make_curl_client("canarygate-bench", interrupt);
  const auto clock = make_system_clock();
  const auto variables = make_system_variables();
  const auto processes = make_system_processes(interrupt);
  const Ports ports{*http, *clock, *variables, *processes, interrupt};
  const auto backend = scrape_backend().make(Config{}, ports);
  Hosts hosts;
  for (const std::uint16_t port : endpoints->ports()) {
    hosts.baseline.push_back({fmt::format("127.0.0.1:{}", port), {}});
  }
  if (!backend || !(*backend)->watch(hosts, kQueries)) return 2;

  const Duration begun = clock->elapsed();
  Tally tally = run(**backend, ports, ticks);
  const double length = std::chrono::duration<double>(clock->elapsed() - begun).count();
  const double own = processor_time(RUSAGE_SELF);
  const std::size_t reply_bytes = endpoints->reply_bytes();
  endpoints.reset();
  fmt::print(
      "{} endpoints, {} bytes a reply, one scrape a second\n"
      "ticks {}, missed {}, points missing at looks {}\n"
      "longest tick {} ms, longest look ({} queries) {} ms\n"
      "processor {:.1f} % of one core ({:.1f} % of another for the endpoints)\n"
      "peak memory {:.0f} MiB\n",
      kEndpoints, reply_bytes, tally.ticks, tally.missed, tally.points_missing,
      tally.longest_tick.count(), kQueries.size(), tally.longest_look.count(), 100 * own / length,
      100 * processor_time(RUSAGE_CHILDREN) / length, peak_mebibytes());
  for (const std::string& warning : tally.warnings) fmt::print("{}\n", warning);
  const bool all_good = tally.missed == 0 && tally.points_missing == 0 && tally.warnings.empty();
  return all_good ? 0 : 1;
}
