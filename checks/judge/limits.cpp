#include "checks/judge/limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/judge/explain.h"
#include "checks/judge/summarise.h"
#include "checks/stats/summary.h"
#include "checks/text.h"

namespace canarygate::judge {

namespace {

using Group = std::vector<std::size_t>;

/// The group's number at one point: of shares the ratio of the sums, else the mean over its hosts.
double group_value_at(const Points& points, const Group& group, std::int64_t i) {
  double sum = 0;
  double weight = 0;
  for (const std::size_t host : group) {
    if (!points.present(host, i)) continue;
    sum += points.values.at(host, i);
    weight += points.has_total ? points.total.at(host, i) : 1.0;
  }
  return weight > 0 ? sum / weight : kMissing;
}

/// The window's summary: the quantile that `summary` names, else the mean.
std::optional<double> summary_of(const LimitRequest& request, const Group& group) {
  const Measure measure = candidates(request.spec, Measure{false}).front();
  if (request.spec.summary == "auto" || measure.kind != Measure::Kind::quantile) {
    return mean_value(request.points, group, {1, request.elapsed});
  }
  std::vector<double> by_host;
  for (const std::size_t host : group) {
    std::vector<double> values;
    for (std::int64_t i = 1; i <= request.elapsed; ++i) {
      const double value = value_at(request.points, host, i);
      if (!std::isnan(value)) values.push_back(value);
    }
    if (!values.empty()) by_host.push_back(stats::quantile(std::move(values), measure.quantile));
  }
  if (by_host.empty()) return std::nullopt;
  return stats::mean(by_host);
}

/// The end of the first run of `of` points with `bad` beyond the bound, 0 for none.
template <typename Beyond>
std::int64_t first_bad_run(const LimitRequest& request, const Group& group, Limit::Run run,
                           Beyond beyond) {
  std::vector<bool> bad{false};
  std::int64_t count = 0;
  for (std::int64_t i = 1; i <= request.elapsed; ++i) {
    bad.push_back(beyond(group_value_at(request.points, group, i)));
    count += bad.back() ? 1 : 0;
    if (i > run.of && bad[static_cast<std::size_t>(i - run.of)]) --count;
    if (count >= run.bad) return i;
  }
  return 0;
}

/// The canary hosts that a limit is tested on, together or (`per: host`) each by itself.
std::vector<Group> groups_of(const LimitRequest& request) {
  const bool per_host = request.spec.limit->per == Limit::Per::host;
  std::vector<Group> groups;
  for (std::size_t host = 0; host < request.fleet.size(); ++host) {
    if (!request.fleet.canary[host] || !request.judged[host]) continue;
    if (per_host || groups.empty()) groups.emplace_back();
    groups.back().push_back(host);
  }
  return groups;
}

std::string who_is(const LimitRequest& request, const Group& group, bool per_host) {
  return per_host ? printable(request.fleet.hosts[group.front()]) : std::string("the canary");
}

void check_bound(const LimitRequest& request, const Group& group, bool per_host, double bound,
                 bool is_max, std::vector<Reason>& reasons) {
  const auto beyond = [&](double value) { return is_max ? value > bound : value < bound; };
  const Limit& limit = *request.spec.limit;
  const std::string& unit = request.spec.unit;
  std::string text;
  if (limit.run) {
    const std::int64_t end = first_bad_run(request, group, *limit.run, beyond);
    if (end == 0) return;
    text = fmt::format("{} on {} was {} the limit of {} at {} of {} points up to {}",
                       request.spec.name, who_is(request, group, per_host),
                       is_max ? "above" : "below", quantity(bound, unit), limit.run->bad,
                       limit.run->of, format_time_of_day(request.timeline.at(end)));
  } else {
    const std::optional<double> value = summary_of(request, group);
    if (!value || !beyond(*value)) return;
    text = fmt::format("{} on {} is {}, {} the limit of {}", request.spec.name,
                       who_is(request, group, per_host), quantity(*value, unit),
                       is_max ? "above" : "below", quantity(bound, unit));
  }
  std::optional<std::string> host;
  if (per_host) host = request.fleet.hosts[group.front()];
  reasons.push_back({"limit_exceeded", request.spec.name, host, std::move(text)});
}

}  // namespace

double value_at(const Points& points, std::size_t host, std::int64_t i) {
  return group_value_at(points, {host}, i);
}

std::optional<double> mean_value(const Points& points, const std::vector<std::size_t>& hosts,
                                 Stretch stretch) {
  std::vector<double> values;
  std::vector<double> totals;
  for (const std::size_t host : hosts) {
    for (std::int64_t i = stretch.from; i <= stretch.to; ++i) {
      if (!points.present(host, i)) continue;
      values.push_back(points.values.at(host, i));
      totals.push_back(points.has_total ? points.total.at(host, i) : 1.0);
    }
  }
  const double total = stats::sum(totals);
  if (!(total > 0.0)) return std::nullopt;
  const double mean = stats::sum(values) / total;
  return std::isfinite(mean) ? std::optional(mean) : std::nullopt;
}

bool limits_testable(const LimitRequest& request) {
  if (!request.spec.limit) return true;
  const auto has_value = [](double value) { return !std::isnan(value); };
  return std::ranges::all_of(groups_of(request), [&](const Group& group) {
    const auto& run = request.spec.limit->run;
    return run ? first_bad_run(request, group, *run, has_value) > 0
               : summary_of(request, group).has_value();
  });
}

std::vector<Reason> broken_limits(const LimitRequest& request) {
  std::vector<Reason> reasons;
  if (!request.spec.limit) return reasons;
  const Limit& limit = *request.spec.limit;
  const bool per_host = limit.per == Limit::Per::host;
  for (const Group& group : groups_of(request)) {
    if (limit.max) check_bound(request, group, per_host, *limit.max, true, reasons);
    if (limit.min) check_bound(request, group, per_host, *limit.min, false, reasons);
  }
  return reasons;
}

}  // namespace canarygate::judge
