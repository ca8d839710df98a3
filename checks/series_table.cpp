#include "checks/series_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "checks/address.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Labels = std::map<std::string, std::string>;

/// Looking for what somebody may have meant is quadratic; a large fleet gets it for this many.
constexpr std::size_t kMostHostsExplained = 100;
constexpr std::size_t kMostSpellingsCompared = 1000;
constexpr std::size_t kNearest = 3;

/// `web-1` of `web-1.example.com:9100`; an IPv4 address stays whole.
std::string first_label(const std::string& name) {
  const std::string host = without_port(name);
  const bool is_name = std::ranges::any_of(
      host, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  return is_name ? host.substr(0, host.find('.')) : host;
}

std::vector<std::string> nearest_spellings(const std::string& host,
                                           std::vector<std::string> spellings) {
  std::vector<std::string> near;
  // A node's name against its full domain name is the usual reason, and far by edit distance.
  std::erase_if(spellings, [&](const std::string& spelling) {
    const bool same = near.size() < kNearest && first_label(spelling) == first_label(host);
    if (same) near.push_back(spelling);
    return same;
  });
  while (near.size() < kNearest) {
    std::string next = nearest(host, spellings);
    if (next.empty()) break;
    std::erase(spellings, next);
    near.push_back(std::move(next));
  }
  return near;
}

/// A name with dots as Graphite's paths have it.
std::string with_underscores(std::string name) {
  std::ranges::replace(name, '.', '_');
  return name;
}

bool has_all(const Labels& labels, const Labels& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

bool has_point(const Series& series, std::int64_t last_points) {
  const auto length = static_cast<std::int64_t>(series.values.size());
  const auto first = series.values.begin() + std::max<std::int64_t>(0, length - last_points);
  return std::any_of(first, series.values.end(), [](double v) { return std::isfinite(v); });
}

std::string describe_tags(const Labels& tags) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : tags) {
    parts.push_back(fmt::format("{}={}", printable(name), printable(value)));
  }
  return join(parts, ", ");
}

/// `the values of 'track' are: beta and stable`, so that a misspelt one is seen.
std::string describe_values(std::span<const Series> series, const Labels& tags) {
  std::vector<std::string> sentences;
  for (const auto& tag : tags) {
    std::set<std::string> values;
    for (const Series& one : series) {
      const auto found = one.labels.find(tag.first);
      if (found != one.labels.end()) values.insert(printable(found->second));
    }
    sentences.push_back(
        fmt::format("the values of '{}' are: {}", printable(tag.first),
                    list_of(std::vector<std::string>(values.begin(), values.end()), 10)));
  }
  return join(sentences, "; ");
}

Unexpected<Error> nobody_tagged(const char* group, std::span<const Series> series,
                                const Labels& tags) {
  if (series.empty()) {
    return fail(ErrorKind::discovery,
                fmt::format("no {} host was found: the queries gave no series at all", group));
  }
  if (tags.empty()) {
    return fail(ErrorKind::discovery,
                fmt::format("no {} host was found: every series with a value in the window is the "
                            "canary's",
                            group));
  }
  return fail(ErrorKind::discovery,
              fmt::format("no {} host was found: no series with a value in the window carries {}; "
                          "{}",
                          group, describe_tags(tags), describe_values(series, tags)));
}

/// The labels in which two series differ, with their values: `code ('200' and '500')`.
std::string differences(const Series& a, const Series& b) {
  std::set<std::string> names;
  for (const auto& label : a.labels) names.insert(label.first);
  for (const auto& label : b.labels) names.insert(label.first);
  const auto value = [](const Series& series, const std::string& name) {
    const auto found = series.labels.find(name);
    return found == series.labels.end() ? std::string{} : found->second;
  };
  std::vector<std::string> parts;
  for (const std::string& name : names) {
    if (value(a, name) == value(b, name)) continue;
    parts.push_back(fmt::format("{} ('{}' and '{}')", printable(name), printable(value(a, name)),
                                printable(value(b, name))));
  }
  return parts.empty() ? "nothing" : list_of(parts);
}

}  // namespace

HostMatcher::HostMatcher(std::vector<std::string> hosts) : hosts_(std::move(hosts)) {
  sort_unique(hosts_);
}

std::map<std::string, std::string> HostMatcher::match(
    std::span<const std::string> spellings) const {
  std::map<std::string, std::vector<std::string>> hosts_by_bare_name;
  std::map<std::string, std::vector<std::string>> hosts_by_node;
  for (const std::string& host : hosts_) {
    hosts_by_bare_name[without_port(host)].push_back(host);
    hosts_by_node[with_underscores(without_port(host))].push_back(host);
  }

  const std::set<std::string> distinct(spellings.begin(), spellings.end());
  std::map<std::string, std::string> matches;
  std::map<std::string, std::vector<std::string>> guesses;  // by host
  for (const std::string& spelling : distinct) {
    if (std::ranges::binary_search(hosts_, spelling)) {
      matches.emplace(spelling, spelling);
      continue;
    }
    const std::string bare = without_port(spelling);
    const auto& hosts = hosts_by_bare_name.contains(bare) ? hosts_by_bare_name : hosts_by_node;
    const auto found = hosts.find(bare);
    if (found == hosts.end() || found->second.size() != 1) continue;
    guesses[found->second.front()].push_back(spelling);
  }
  for (const auto& [host, candidates] : guesses) {
    if (candidates.size() == 1 && !matches.contains(host)) {
      matches.emplace(candidates.front(), host);
    }
  }
  return matches;
}

std::vector<HostMapping> explain_matches(std::span<const std::string> canary,
                                         std::span<const std::string> baseline,
                                         std::span<const std::string> spellings,
                                         std::vector<std::string>& unmatched) {
  std::vector<std::string> hosts(canary.begin(), canary.end());
  hosts.insert(hosts.end(), baseline.begin(), baseline.end());
  const auto matches = HostMatcher(hosts).match(spellings);
  std::map<std::string, std::string> spelling_of;
  for (const auto& [spelling, host] : matches) spelling_of.emplace(host, spelling);

  std::set<std::string> strangers;
  for (const std::string& spelling : spellings) {
    if (!matches.contains(spelling)) strangers.insert(spelling);
  }
  unmatched.assign(strangers.begin(), strangers.end());
  const std::vector<std::string> candidates(
      unmatched.begin(), unmatched.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                 unmatched.size(), kMostSpellingsCompared)));

  std::vector<HostMapping> mappings;
  std::size_t explained = 0;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    HostMapping mapping;
    mapping.host = hosts[i];
    mapping.canary = i < canary.size();
    const auto found = spelling_of.find(hosts[i]);
    if (found != spelling_of.end()) {
      mapping.series = found->second;
    } else if (explained++ < kMostHostsExplained) {
      mapping.nearest = nearest_spellings(hosts[i], candidates);
    }
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

Result<TaggedHosts> hosts_by_tags(std::span<const Series> series, const TagGroups& groups,
                                  std::int64_t window_points, bool want_baseline) {
  std::set<std::string> canary;
  std::set<std::string> baseline;
  for (const Series& one : series) {
    if (!has_point(one, window_points)) continue;
    const bool in_canary = has_all(one.labels, groups.canary_tags);
    const bool in_baseline =
        want_baseline &&
        (groups.baseline_is_rest ? !in_canary : has_all(one.labels, groups.baseline_tags));
    if (in_canary) canary.insert(one.host);
    if (in_baseline) baseline.insert(one.host);
  }
  std::vector<std::string> both;
  std::ranges::set_intersection(canary, baseline, std::back_inserter(both));
  if (!both.empty()) {
    for (std::string& host : both) host = printable(host);
    return fail(ErrorKind::discovery,
                fmt::format("{} {} series of the canary and of the baseline; change the tags of "
                            "`canary` and `baseline` so that every host is in one group only",
                            list_of(both), both.size() == 1 ? "has" : "have"));
  }
  if (canary.empty()) return nobody_tagged("canary", series, groups.canary_tags);
  if (want_baseline && baseline.empty()) {
    return nobody_tagged("baseline", series,
                         groups.baseline_is_rest ? Labels{} : groups.baseline_tags);
  }
  return TaggedHosts{{canary.begin(), canary.end()}, {baseline.begin(), baseline.end()}};
}

Status fill_table(judge::Table& table, std::span<const Series> series,
                  const std::map<std::string, std::string>& matches, std::int64_t first_column,
                  const std::string& host_label) {
  // Who filled a cell in this call: what an earlier call left there may be written anew.
  std::map<std::size_t, std::vector<const Series*>> fillers;
  for (const Series& one : series) {
    const auto match = matches.find(one.host);
    if (match == matches.end()) continue;
    const auto row = std::ranges::lower_bound(table.hosts, match->second);
    if (row == table.hosts.end() || *row != match->second) continue;
    const auto host = static_cast<std::size_t>(row - table.hosts.begin());
    auto& filler = fillers[host];
    filler.resize(std::max(filler.size(), one.values.size()), nullptr);
    double* cells = table.values.data() + static_cast<std::int64_t>(host) * table.columns;
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      const std::int64_t column = first_column + static_cast<std::int64_t>(i);
      if (column < 0 || column >= table.columns || !std::isfinite(one.values[i])) continue;
      if (filler[i] != nullptr) {
        return fail(ErrorKind::backend,
                    fmt::format("the query gives host {} more than one series with values at the "
                                "same time; they differ in {}. Aggregate by host, for instance "
                                "sum by ({}) (…)",
                                printable(one.host), differences(*filler[i], one), host_label));
      }
      filler[i] = &one;
      cells[column] = one.values[i];
    }
  }
  return Done{};
}

}  // namespace canarygate
