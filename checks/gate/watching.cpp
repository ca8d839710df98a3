#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/gate/run.h"

namespace canarygate::gate {

namespace {

constexpr Duration kTick = std::chrono::milliseconds(200);  // for a countdown to look alive

}  // namespace

const BackendSpec& Run::spec_of(const std::string& backend) const {
  return request_.loaded.environment.backends.at(backend);
}

std::optional<std::string> Run::watcher() const {
  for (const auto& [name, backend] : backends_) {
    if (find_backend_type(spec_of(name).type)->reads_hosts) return name;
  }
  return std::nullopt;
}

/// A backend that reads the hosts itself sees only what happens while it watches.
Status Run::can_be_seen() const {
  const auto name = watcher();
  // A deploy of our own is yet to come; deployed_at is a whole second, our beginning is not.
  const bool ahead =
      request_.deploy.has_value() ||
      schedule_.start >= std::chrono::floor<std::chrono::seconds>(schedule_.started_at);
  const bool whole = schedule_.may_wait && ahead;
  if (!name || whole || request_.glance) return Done{};
  return fail(
      ErrorKind::usage,
      fmt::format("backend '{}' (type {}) sees only what happens while canarygate runs, and "
                  "this window is not ahead of it; let canarygate run the deploy (--deploy "
                  "COMMAND), or start it right after the deploy without --deployed-at, "
                  "--now and --no-wait",
                  *name, spec_of(*name).type));
}

/// Tells those backends whom to read, and what for.
bool Run::watch_hosts() {
  for (const auto& [name, backend] : backends_) {
    std::vector<std::string> queries;
    for (const PlannedQuery& query : plan_.queries) {
      if (query.backend == name) queries.push_back(query.text);
    }
    if (const auto watching = backend->watch(hosts_, queries); !watching) {
      return stop(watching.error());
    }
  }
  return true;
}

/// `hosts` and `explain`: there is nothing to see of a host that nobody watched. So it watches for
/// as long as a rate needs, and looks at what it saw.
bool Run::glance() {
  Duration longest{0};
  for (const auto& [name, backend] : backends_) {
    const Duration interval = backend->scrape_interval();
    longest = std::max(longest, std::max(check_.window.step, 4 * interval) + 2 * interval);
  }
  if (!wait_until(ports_.clock.now() + longest, "a first sight of the hosts")) return false;
  request_.now = ports_.clock.now();
  request_.deployed_at.reset();
  const auto scheduled = schedule_run();
  return scheduled ? true : stop(scheduled.error());
}

/// Before this there are no numbers; nothing: every backend has a past.
std::optional<TimePoint> Run::past_begins() const {
  std::optional<TimePoint> begins;
  for (const auto& [name, backend] : backends_) {
    const auto since = backend->past_begins();
    if (since) begins = std::max(begins.value_or(*since), *since);
  }
  return begins;
}

/// Lets the backends that watch do what is due. When they want to be asked next.
std::optional<TimePoint> Run::collect() {
  std::optional<TimePoint> next;
  for (const auto& [name, backend] : backends_) {
    const auto due = backend->collect(time_left());
    if (due) next = std::min(next.value_or(*due), *due);
  }
  return next;
}

/// False when interrupted, called off or out of time.
bool Run::wait_until(TimePoint when, const std::string& what) {
  observer_.waiting(what, when);
  while (true) {
    const auto due = collect();
    const TimePoint current = ports_.clock.now();
    if (interrupted() || called_off()) return false;
    if (current >= when) return true;
    const Duration left = time_left();
    if (left == Duration(0)) {
      return stop(
          {ErrorKind::timeout, fmt::format("--timeout {} passed before the window was complete",
                                           format_duration(schedule_.timeout))});
    }
    observer_.tick(current);
    Duration nap = std::min({left, when - current, kTick});
    if (due) nap = std::clamp(*due - current, Duration(1), nap);
    ports_.clock.sleep(nap, ports_.interrupt);
  }
}

}  // namespace canarygate::gate
