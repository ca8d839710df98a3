#include "checks/gate/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "checks/text.h"

namespace canarygate::gate {

namespace {

std::vector<std::string> sorted_union(std::vector<std::string> a,
                                      const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  sort_unique(a);
  return a;
}

std::vector<std::string> spellings_in(const Reply& reply) {
  std::set<std::string> spellings;
  for (const Piece& piece : reply.pieces) {
    for (const Series& series : piece.series) spellings.insert(series.host);
  }
  return {spellings.begin(), spellings.end()};
}

/// What the window's series of a host that have numbers say of a label.
std::set<std::string> label_values(const std::vector<Reply>& replies, const std::string& host,
                                   const std::string& label) {
  std::set<std::string> values;
  for (const Reply& reply : replies) {
    for (const Piece& piece : reply.pieces) {
      if (piece.from < 1) continue;
      for (const Series& series : piece.series) {
        const auto own = series.labels.find(label);
        if (series.host != host || own == series.labels.end() || !has_numbers(series)) continue;
        values.insert(own->second);
      }
    }
  }
  return values;
}

}  // namespace

Groups groups_of(const CheckDefinition& check, const Hosts& hosts) {
  Groups groups;
  groups.canary = names_of(hosts.canary);
  groups.baseline = names_of(hosts.baseline);
  groups.before_after = check.baseline.kind == GroupSpec::Kind::none && groups.baseline.empty();
  if (check.canary.kind == GroupSpec::Kind::tags && groups.canary.empty()) {
    groups.by_tags = true;
    groups.tags.canary_tags = check.canary.tags;
    groups.tags.baseline_tags = check.baseline.tags;
    groups.tags.baseline_is_rest = check.baseline.kind == GroupSpec::Kind::rest;
  }
  return groups;
}

Status learn_tagged_hosts(Groups& groups, const std::vector<Reply>& replies) {
  if (!groups.by_tags) return Done{};
  for (const Reply& reply : replies) {
    for (const Piece& piece : reply.pieces) {
      if (piece.from < 1 || piece.series.empty()) continue;
      const auto points = static_cast<std::int64_t>(piece.series.front().values.size());
      const auto found = hosts_by_tags(piece.series, groups.tags, points, !groups.before_after);
      if (!found) return unexpected(found.error());
      groups.canary = sorted_union(groups.canary, found->canary);
      groups.baseline = sorted_union(groups.baseline, found->baseline);
    }
  }
  std::vector<std::string> both;
  std::ranges::set_intersection(groups.canary, groups.baseline, std::back_inserter(both));
  if (both.empty()) return Done{};
  return fail(ErrorKind::discovery,
              "host '" + both.front() +
                  "' carries the canary's tags in one series and the baseline's in another; a host "
                  "must be one of them");
}

std::vector<std::string> unmet_labels(const Groups& groups, const std::vector<Reply>& replies,
                                      const std::map<std::string, std::string>& wanted) {
  std::vector<std::string> unmet;
  for (const std::string& host : groups.canary) {
    for (const auto& [label, value] : wanted) {
      const std::set<std::string> said = label_values(replies, host, label);
      if (said.empty()) {
        unmet.push_back(fmt::format(
            "no series of canary host {} has {} '{}'; the queries must keep that label (`by (…)`)",
            printable(host), printable(label), printable(value)));
      }
      for (const std::string& other : said) {
        if (other == value) continue;
        unmet.push_back(fmt::format("canary host {} has {} '{}', expected '{}'", printable(host),
                                    printable(label), printable(other), printable(value)));
      }
    }
  }
  return unmet;
}

Matching match_hosts(const Groups& groups, const std::vector<Reply>& replies) {
  std::vector<std::string> spellings;
  for (const Reply& reply : replies) spellings = sorted_union(spellings, spellings_in(reply));
  Matching matching;
  matching.mapping = explain_matches(groups.canary, groups.baseline, spellings, matching.unmatched);
  return matching;
}

Result<judge::Table> make_table(const Groups& groups, const Reply& reply,
                                const judge::Timeline& timeline, const std::string& host_label,
                                double factor) {
  judge::Table table;
  table.hosts = sorted_union(groups.canary, groups.baseline);
  table.columns = timeline.columns();
  table.values.assign(table.hosts.size() * static_cast<std::size_t>(table.columns),
                      std::numeric_limits<double>::quiet_NaN());
  const auto matches = HostMatcher(table.hosts).match(spellings_in(reply));
  for (const Piece& piece : reply.pieces) {
    const auto filled =
        fill_table(table, piece.series, matches, piece.from - timeline.first(), host_label);
    if (!filled) return unexpected(filled.error());
  }
  for (double& value : table.values) value *= factor;
  return table;
}

std::vector<std::size_t> rows_of(const judge::Table& table, const std::vector<std::string>& hosts) {
  std::vector<std::size_t> rows;
  for (const std::string& host : hosts) {
    const auto found = std::ranges::lower_bound(table.hosts, host);
    if (found == table.hosts.end() || *found != host) continue;
    rows.push_back(static_cast<std::size_t>(found - table.hosts.begin()));
  }
  return rows;
}

}  // namespace canarygate::gate
