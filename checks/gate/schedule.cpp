#include "checks/gate/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"

namespace canarygate::gate {

namespace {

constexpr Duration kSlack = std::chrono::minutes(2);

TimePoint deployed_at(const GateRequest& request, TimePoint now, Duration settle) {
  if (request.deployed_at) return *request.deployed_at;
  // Whole seconds: the run can then be repeated by hand with --deployed-at, to the point.
  const WindowSpec& window = request.loaded.check.window;
  const TimePoint exact = request.now ? now - settle - window.duration - window.warmup : now;
  return std::chrono::floor<std::chrono::seconds>(exact);
}

}  // namespace

TimePoint now(const GateRequest& request, const Clock& clock) {
  return request.now ? *request.now : clock.now();
}

Result<Schedule> make_schedule(const GateRequest& request, Duration settle, const Clock& clock) {
  const WindowSpec& window = request.loaded.check.window;
  const TimePoint current = now(request, clock);

  Schedule schedule;
  schedule.started_at = current;
  schedule.settle = settle;
  schedule.deployed_at = deployed_at(request, current, settle);
  schedule.start = schedule.deployed_at + window.warmup;
  schedule.end = schedule.start + window.duration;
  schedule.may_wait = !request.no_wait && !request.now;
  schedule.elapsed_at_start = clock.elapsed();
  if (schedule.deployed_at > current) {
    return fail(
        ErrorKind::usage,
        fmt::format("--deployed-at {} is in the future (it is {} now); give the time at which "
                    "the canary's deploy ended",
                    format_time(schedule.deployed_at), format_time(current)));
  }

  const Duration exactly =
      schedule.may_wait ? std::max(Duration(0), schedule.end + settle - current) : Duration(0);
  const Duration needed = std::chrono::ceil<std::chrono::seconds>(exactly);
  schedule.timeout = request.timeout.value_or(window.warmup + window.duration + settle + kSlack);
  if (schedule.timeout < exactly) {
    return fail(
        ErrorKind::usage,
        fmt::format("--timeout {} is shorter than the {} that the window still needs (warmup "
                    "{}, duration {}, settle {}); give at least {}",
                    format_duration(schedule.timeout), format_duration(needed),
                    format_duration(window.warmup), format_duration(window.duration),
                    format_duration(settle), format_duration(needed + kSlack)));
  }
  return schedule;
}

Duration time_left(const Schedule& schedule, const Clock& clock) {
  return std::max(Duration(0), schedule.timeout - (clock.elapsed() - schedule.elapsed_at_start));
}

std::uint64_t seed_of(const std::string& check, TimePoint deployed_at) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto mix = [&hash](unsigned char byte) {
    hash ^= byte;
    hash *= 1099511628211ULL;
  };
  for (const char c : check) mix(static_cast<unsigned char>(c));
  auto time = static_cast<std::uint64_t>(deployed_at.time_since_epoch().count());
  for (int i = 0; i < 8; ++i, time >>= 8U) mix(static_cast<unsigned char>(time & 0xFFU));
  constexpr std::uint64_t kExactInJson = (1ULL << 53U) - 1;
  return hash & kExactInJson;
}

}  // namespace canarygate::gate
