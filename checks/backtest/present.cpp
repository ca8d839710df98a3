#include "checks/backtest/present.h"

#include <algorithm>
#include <set>

namespace canarygate::backtest {

namespace {

bool carries(const PastSeries& series, const std::map<std::string, std::string>& tags) {
  return std::ranges::all_of(tags, [&](const auto& tag) {
    const auto found = series.labels.find(tag.first);
    return found != series.labels.end() && found->second == tag.second;
  });
}

std::vector<std::string> roster(const gate::Groups& groups) {
  std::vector<std::string> names = groups.canary;
  names.insert(names.end(), groups.baseline.begin(), groups.baseline.end());
  return names;
}

}  // namespace

Presence::Presence(const Scene& scene, const Past& past) {
  const gate::Groups& groups = scene.groups;
  const HostMatcher matcher(roster(groups));
  for (const PastQuery& query : past.queries) {
    std::set<std::string> spellings;
    for (const PastSeries& series : query.series()) spellings.insert(series.host);
    const auto matches =
        matcher.match(std::vector<std::string>(spellings.begin(), spellings.end()));
    for (const PastSeries& series : query.series()) {
      if (groups.by_tags) {
        const bool canary = carries(series, groups.tags.canary_tags);
        const bool other = groups.tags.baseline_is_rest || groups.before_after ||
                           carries(series, groups.tags.baseline_tags);
        if (canary || other) rows_.push_back({&series, series.host, canary});
      } else if (const auto match = matches.find(series.host); match != matches.end()) {
        rows_.push_back({&series, match->second, false});
      }
    }
  }
  std::ranges::stable_sort(rows_, {}, &Row::host);
}

std::vector<std::string> Presence::hosts(std::int64_t from, std::int64_t to) const {
  std::vector<std::string> present;
  for (const Row& row : rows_) {
    if (!present.empty() && present.back() == row.host) continue;
    if (row.series->any(from, to)) present.push_back(row.host);
  }
  return present;
}

std::vector<std::string> Presence::tagged_canaries(std::int64_t from, std::int64_t to) const {
  std::vector<std::string> present;
  for (const Row& row : rows_) {
    if (!row.canary || (!present.empty() && present.back() == row.host)) continue;
    if (row.series->any(from, to)) present.push_back(row.host);
  }
  return present;
}

}  // namespace canarygate::backtest
