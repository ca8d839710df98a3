#include "checks/judge/adjust.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "checks/stats/plane.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// A host's usual level is the mean of so many older windows, or not known.
constexpr std::size_t kFewestOlder = 4;
constexpr std::size_t kMostOlder = 16;

/// The mean of each column over all rows that have it.
std::vector<double> host_means(const std::vector<std::vector<double>>& rows, std::size_t hosts) {
  std::vector<double> means(hosts, kMissing);
  std::vector<double> column;
  for (std::size_t host = 0; host < hosts; ++host) {
    column.clear();
    for (const auto& row : rows) {
      if (!std::isnan(row[host])) column.push_back(row[host]);
    }
    means[host] = stats::mean(column);
  }
  return means;
}

/// Of `windows` windows, of which the last ones have these slopes, each one's slope over the
/// others; for those before over all.
std::vector<double> slopes_without_own(const std::vector<stats::Slope>& own, std::size_t windows) {
  std::vector<stats::Slope> after(own.size() + 1);
  for (std::size_t i = own.size(); i-- > 0;) {
    after[i] = after[i + 1];
    after[i].add(own[i]);
  }
  std::vector<double> slopes(windows, std::clamp(after[0].value(), 0.0, 1.0));
  if (own.size() < 2) return slopes;
  stats::Slope before;
  for (std::size_t i = 0; i < own.size(); ++i) {
    stats::Slope others = before;
    others.add(after[i + 1]);
    slopes[windows - own.size() + i] = std::clamp(others.value(), 0.0, 1.0);
    before.add(own[i]);
  }
  return slopes;
}

/// θ for each window: the least-squares slope of y on the reference over hosts and windows, both
/// centred by window (or by host), in [0, 1]. Fitted on history, for a history window on the others
/// of it: now is not in its own fit either, and a null of windows that are would be too narrow (2
/// hosts, 4 windows: 1.8 % false alarms instead of 1 %). Fitted on now where there is no history,
/// which is fair to both sides because it does not look at who is canary.
std::vector<double> fit_theta(const Summaries& in, std::size_t part, bool by_host) {
  const std::size_t hosts = in.window.hosts;
  std::vector<std::vector<double>> ys;
  std::vector<std::vector<double>> rs;
  const std::size_t first = in.window.windows > 1 ? 1 : 0;
  for (std::size_t w = first; w < in.window.windows; ++w) {
    std::vector<double> y(in.window.row(w, part), in.window.row(w, part) + hosts);
    std::vector<double> r(hosts);
    for (std::size_t host = 0; host < hosts; ++host) {
      r[host] = in.reference[w * hosts + host];
      if (std::isnan(y[host]) || std::isnan(r[host])) y[host] = r[host] = kMissing;
    }
    ys.push_back(by_host ? y : centred(y));
    rs.push_back(by_host ? r : centred(r));
  }
  std::vector<double> y_means(hosts, 0.0);
  std::vector<double> r_means(hosts, 0.0);
  if (by_host) {
    y_means = host_means(ys, hosts);
    r_means = host_means(rs, hosts);
  }
  std::vector<stats::Slope> own(ys.size());
  for (std::size_t w = 0; w < ys.size(); ++w) {
    for (std::size_t host = 0; host < hosts; ++host) {
      if (std::isnan(ys[w][host])) continue;
      own[w].add(rs[w][host] - r_means[host], ys[w][host] - y_means[host]);
    }
  }
  return slopes_without_own(own, in.window.windows);
}

void subtract_reference(Summaries& summaries, std::size_t part, bool by_host) {
  const std::vector<double> theta = fit_theta(summaries, part, by_host);
  Cube& d = summaries.window;
  for (std::size_t w = 0; w < d.windows; ++w) {
    for (std::size_t host = 0; host < d.hosts; ++host) {
      d.row(w, part)[host] -= theta[w] * summaries.reference[w * d.hosts + host];
    }
  }
}

/// What is known of each host before a window: where it was right before it, and where it usually
/// was before that. Both by window and host, and centred by window.
struct Covariates {
  std::vector<std::vector<double>> reference;
  std::vector<std::vector<double>> level;
};

/// Each host's mean over the youngest kMostOlder windows from `first_older` on; where they are too
/// few its reference stands for it.
std::vector<double> level_before(const std::vector<std::vector<double>>& windows,
                                 std::size_t first_older, const std::vector<double>& reference) {
  std::vector<double> level = reference;
  for (std::size_t host = 0; host < level.size(); ++host) {
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t w = first_older; w < windows.size() && count < kMostOlder; ++w) {
      if (std::isnan(windows[w][host])) continue;
      sum += windows[w][host];
      ++count;
    }
    if (count >= kFewestOlder) level[host] = sum / static_cast<double>(count);
  }
  return level;
}

/// Nothing where fewer than half of the windows have older ones: the slopes would be those of a few
/// windows, and now, which has the most older ones, would not be like them.
std::optional<Covariates> covariates_of(const Summaries& summaries, const AdjustRequest& request) {
  const Cube& window = summaries.window;
  if (!request.use_reference || request.before_after || !request.level_groups.empty()) return {};
  const auto known = std::ranges::count_if(
      request.older, [&](std::size_t first) { return first + kFewestOlder <= window.windows; });
  if (2 * static_cast<std::size_t>(known) < std::max<std::size_t>(2, window.windows)) return {};
  std::vector<std::vector<double>> windows(window.windows);
  for (std::size_t w = 1; w < window.windows; ++w) {
    windows[w] = centred(window.span(w, window.whole));
  }
  Covariates out;
  for (std::size_t w = 0; w < window.windows; ++w) {
    const double* const reference = summaries.reference.data() + w * window.hosts;
    out.reference.push_back(centred({reference, window.hosts}));
    out.level.push_back(level_before(windows, request.older[w], out.reference.back()));
  }
  return out;
}

/// Fitted as by fit_theta: over the history, for each of its windows on the others.
void subtract_both(Cube& d, std::size_t part, const Covariates& covariates) {
  std::vector<stats::Plane> own(d.windows);
  stats::Plane all;
  for (std::size_t w = 1; w < d.windows; ++w) {
    const std::vector<double> y = centred(d.span(w, part));
    for (std::size_t host = 0; host < d.hosts; ++host) {
      const double reference = covariates.reference[w][host];
      if (std::isnan(y[host]) || std::isnan(reference)) continue;
      own[w].add(reference, covariates.level[w][host], y[host]);
    }
    all.add(own[w]);
  }
  for (std::size_t w = 0; w < d.windows; ++w) {
    stats::Plane others = all;
    others.remove(own[w]);
    const stats::Slopes theta = others.shares();
    for (std::size_t host = 0; host < d.hosts; ++host) {
      d.row(w, part)[host] -=
          theta.a * covariates.reference[w][host] + theta.b * covariates.level[w][host];
    }
  }
}

/// Takes each host's mean over the history windows of other groups off its numbers. A host that was
/// seen in no other group has no level to compare with and is left out of that window.
void subtract_levels(Cube& d, std::size_t part, const std::vector<std::int64_t>& groups) {
  for (std::size_t host = 0; host < d.hosts; ++host) {
    struct Total {
      double sum = 0;
      double count = 0;
    };
    std::map<std::int64_t, Total> by_group;
    Total all;
    for (std::size_t w = 1; w < d.windows; ++w) {
      const double value = d.row(w, part)[host];
      if (std::isnan(value)) continue;
      Total& group = by_group[groups[w]];
      group.sum += value;
      group.count += 1;
      all.sum += value;
      all.count += 1;
    }
    for (std::size_t w = 0; w < d.windows; ++w) {
      const Total own = w == 0 ? Total{} : by_group[groups[w]];
      const double others = all.count - own.count;
      double& value = d.row(w, part)[host];
      value = others > 0 ? value - (all.sum - own.sum) / others : kMissing;
    }
  }
}

}  // namespace

std::vector<double> centred(std::span<const double> values) {
  std::vector<double> out;
  out.reserve(values.size());
  for (const double value : values) {
    if (!std::isnan(value)) out.push_back(value);
  }
  const double mean = stats::mean(out);
  out.assign(values.begin(), values.end());
  for (double& value : out) value -= mean;
  return out;
}

std::vector<std::size_t> groups_seen(const Cube& window, const std::vector<std::int64_t>& groups) {
  std::vector<std::size_t> seen(window.hosts, 0);
  for (std::size_t host = 0; host < window.hosts; ++host) {
    std::set<std::int64_t> different;
    for (std::size_t w = 1; w < window.windows; ++w) {
      if (!std::isnan(window.row(w, window.whole)[host])) different.insert(groups[w]);
    }
    seen[host] = different.size();
  }
  return seen;
}

Cube adjust(Summaries summaries, const AdjustRequest& request) {
  const std::optional<Covariates> covariates = covariates_of(summaries, request);
  Cube& d = summaries.window;
  for (std::size_t part = 0; part < d.parts; ++part) {
    if (covariates) {
      subtract_both(d, part, *covariates);
    } else if (request.use_reference) {
      subtract_reference(summaries, part, request.before_after);
    }
    if (!request.level_groups.empty()) subtract_levels(d, part, request.level_groups);
  }
  return std::move(d);
}

}  // namespace canarygate::judge
