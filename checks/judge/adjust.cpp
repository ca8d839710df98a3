#include "checks/judge/adjust.h"

#include <algorithm>
#include <map>
#include <set>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

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
std::vector<double> fit_theta(const Summaries& in, std::size_t look, bool by_host) {
  const std::size_t hosts = in.window.hosts;
  std::vector<std::vector<double>> ys;
  std::vector<std::vector<double>> rs;
  const std::size_t first = in.window.windows > 1 ? 1 : 0;
  for (std::size_t w = first; w < in.window.windows; ++w) {
    std::vector<double> y(in.window.row(w, look), in.window.row(w, look) + hosts);
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

/// Takes each host's mean over the history windows of other groups off its numbers. A host that was
/// seen in no other group has no level to compare with and is left out of that window.
void subtract_levels(Cube& d, std::size_t look, const std::vector<std::int64_t>& groups) {
  for (std::size_t host = 0; host < d.hosts; ++host) {
    struct Total {
      double sum = 0;
      double count = 0;
    };
    std::map<std::int64_t, Total> by_group;
    Total all;
    for (std::size_t w = 1; w < d.windows; ++w) {
      const double value = d.row(w, look)[host];
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
      double& value = d.row(w, look)[host];
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
      if (!std::isnan(window.row(w, window.looks - 1)[host])) different.insert(groups[w]);
    }
    seen[host] = different.size();
  }
  return seen;
}

Adjusted adjust(Summaries summaries, const AdjustRequest& request) {
  Adjusted out{{}, std::vector<double>(summaries.window.looks, 0.0)};
  Cube& d = summaries.window;
  for (std::size_t look = 0; look < d.looks; ++look) {
    if (request.use_reference) {
      const std::vector<double> theta = fit_theta(summaries, look, request.before_after);
      out.theta[look] = theta[0];
      for (std::size_t w = 0; w < d.windows; ++w) {
        for (std::size_t host = 0; host < d.hosts; ++host) {
          d.row(w, look)[host] -= theta[w] * summaries.reference[w * d.hosts + host];
        }
      }
    }
    if (!request.level_groups.empty()) subtract_levels(d, look, request.level_groups);
  }
  out.d = std::move(summaries.window);
  return out;
}

}  // namespace canarygate::judge
