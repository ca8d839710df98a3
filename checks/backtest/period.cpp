#include "checks/backtest/period.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "checks/backtest/replay.h"
#include "checks/backtest/settings.h"
#include "checks/duration.h"
#include "checks/gate/budget.h"
#include "checks/text.h"

namespace canarygate::backtest {

namespace {

constexpr Duration kDay = std::chrono::hours(24);
/// Hosts by tags are known only from the replies; the budget then reckons with so many.
constexpr std::size_t kUnknownFleet = 100;
constexpr std::size_t kSmallestBaseline = 20;
constexpr std::size_t kMostOfQuery = 120;  // in a message

std::size_t hosts_of(const Scene& scene) {
  const std::size_t hosts = scene.hosts.canary.size() + scene.hosts.baseline.size();
  return hosts == 0 ? kUnknownFleet : hosts;
}

/// So many points of each series fit.
std::int64_t affordable(const Scene& scene, std::int64_t most_points) {
  const std::size_t series = std::max<std::size_t>(1, scene.plan.queries.size()) * hosts_of(scene);
  return most_points / static_cast<std::int64_t>(series);
}

/// Every n-th host stays, so that they are of all kinds that names stand for.
std::size_t thin_baseline(Scene& scene, std::size_t keep) {
  std::vector<Host>& baseline = scene.hosts.baseline;
  if (keep >= baseline.size()) return 0;
  std::vector<Host> kept;
  for (std::size_t i = 0; i < keep; ++i) kept.push_back(baseline[i * baseline.size() / keep]);
  const std::size_t left_out = baseline.size() - keep;
  baseline = std::move(kept);
  return left_out;
}

/// Points before and after a window's begin that are looked at.
struct Reach {
  std::int64_t own = 0;     ///< before, by the check
  std::int64_t before = 0;  ///< by it or by it with other settings
  std::int64_t after = 0;
};

Reach reach_of(const CheckDefinition& check) {
  Reach reach;
  std::vector<Setting> all = other_settings(check);
  all.push_back({"", check});
  for (const Setting& setting : all) {
    const auto line = timeline_of(setting.check, TimePoint{} + setting.check.window.warmup, {}, 0);
    reach.before = std::max(reach.before, 1 - line.first());
    if (setting.name.empty()) reach.own = 1 - line.first();
    reach.after = std::max(reach.after, line.points);
  }
  return reach;
}

}  // namespace

Result<Period> choose_period(const Request& request, Scene& scene, TimePoint now) {
  const WindowSpec& window = scene.check().window;
  Past grid;
  grid.step = window.step;
  const TimePoint until = std::min(request.until.value_or(now), now) - scene.settle;
  const Reach reach = reach_of(scene.check());
  Period period;
  period.lead = reach.own;
  period.fetch_last = grid.until(until);
  period.last = period.fetch_last - reach.after;
  const TimePoint since = request.since.value_or(request.until.value_or(now) - request.length);
  period.first = grid.from(since + window.warmup);
  if (period.first > period.last) {
    return fail(ErrorKind::usage,
                fmt::format("there is no room for a deploy from {} to {}: its window ends {} after "
                            "it, and twice as long a one is tried, too",
                            format_time(since), format_time(until),
                            format_duration(window.warmup + window.duration)));
  }

  const std::int64_t day = std::max<std::int64_t>(1, kDay / window.step);
  const std::int64_t around = reach.before + reach.after;
  const std::int64_t least = std::min(day, period.last - period.first);
  std::int64_t fits = affordable(scene, request.most_points);
  if (fits < least + around && scene.hosts.baseline.size() > kSmallestBaseline) {
    const auto series = static_cast<std::size_t>(request.most_points / (least + around));
    const std::size_t all = series / std::max<std::size_t>(1, scene.plan.queries.size());
    const std::size_t canary = scene.hosts.canary.size();
    const std::size_t left_out =
        thin_baseline(scene, std::max(kSmallestBaseline, all > canary ? all - canary : 0));
    if (auto planned = plan_again(scene); !planned) return unexpected(planned.error());
    if (left_out > 0) {
      period.notes.push_back(
          fmt::format("{} of the baseline were left out: their numbers would "
                      "not have fitted into memory",
                      count_of(left_out, "host")));
    }
    fits = affordable(scene, request.most_points);
  }
  const std::int64_t room = std::max<std::int64_t>(least, fits - around);
  if (period.last - period.first > room) {
    period.first = period.last - room;
    period.notes.push_back(
        fmt::format("deploys before {} were not replayed: the numbers of so many hosts and queries "
                    "would not have fitted into memory",
                    format_time(grid.at(period.first) - window.warmup)));
  }
  period.fetch_first = period.first - reach.before + 1;
  return period;
}

Status fit_to_numbers(Period& period, const Past& past, const Scene& scene) {
  std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
  std::int64_t youngest = std::numeric_limits<std::int64_t>::min();
  for (const PastQuery& query : past.queries) {
    for (const PastSeries& series : query.series()) {
      if (series.values.empty()) continue;
      oldest = std::min(oldest, series.from);
      youngest =
          std::max(youngest, series.from + static_cast<std::int64_t>(series.values.size()) - 1);
    }
  }
  if (oldest > youngest) {
    std::vector<std::string> queries;
    for (const gate::PlannedQuery& query : scene.plan.queries) {
      queries.push_back(shorten(printable(query.text), kMostOfQuery));
    }
    return fail(
        ErrorKind::backend,
        fmt::format("no query has a number of any host from {} to {}: {}; `canarygate hosts "
                    "{}` shows what they find now, --since and --until choose another time",
                    format_time(past.at(past.first - 1)), format_time(past.at(past.last)),
                    list_of(queries, 3), scene.check().name));
  }
  const Duration warmup = scene.check().window.warmup;
  const std::int64_t after = period.fetch_last - period.last;
  period.last = std::min(period.last, youngest - after);
  if (period.first > period.last) {
    return fail(
        ErrorKind::backend,
        fmt::format("the newest numbers are of {}, and a deploy from {} on would need {} of "
                    "them after it; --since takes in older ones",
                    format_time(past.at(youngest)), format_time(past.at(period.first) - warmup),
                    format_duration(warmup + after * past.step)));
  }
  const std::int64_t whole = oldest + period.lead - 1;
  if (period.first >= whole) return Done{};
  if (whole < period.last) {
    period.first = whole;
    period.notes_after.push_back(
        fmt::format("the numbers go back to {}: with the past that each deploy is judged by, the "
                    "first one that could be replayed is that of {}",
                    format_time(past.at(oldest)), format_time(past.at(whole) - warmup)));
    return Done{};
  }
  period.first = std::max(period.first, oldest + (period.last - oldest) / 2);
  period.notes_after.push_back(fmt::format(
      "the numbers go back only to {}: all deploys were judged by less of the past than "
      "the check's `history` asks for",
      format_time(past.at(oldest))));
  if (period.first <= period.last) return Done{};
  return fail(ErrorKind::backend,
              fmt::format("the numbers from {} to {} are too few for a single window",
                          format_time(past.at(oldest - 1)), format_time(past.at(youngest))));
}

}  // namespace canarygate::backtest
