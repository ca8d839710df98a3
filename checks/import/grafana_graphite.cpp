#include "checks/import/grafana_graphite.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/import/datadog_monitor.h"
#include "checks/import/promql_per_host.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::string_view kHosts = "{{hosts}}";
constexpr std::size_t kNone = std::string_view::npos;

/// `name(inner)` as a whole, with the first argument apart.
struct Call {
  std::string name;
  std::string first;
};

std::string_view first_argument(std::string_view inner) {
  std::size_t at = 0;
  while (at < inner.size() && inner[at] != ',') {
    const bool opens = inner[at] == '(' || inner[at] == '{';
    at = opens ? std::min(past_brackets(inner, at), inner.size()) : at + 1;
  }
  return trim(inner.substr(0, at));
}

/// Empty when `target` is no single call.
Call outer_call(std::string_view target) {
  const std::size_t open = target.find('(');
  if (open == kNone || past_brackets(target, open) != target.size()) return {};
  const std::string_view inner = target.substr(open + 1, target.size() - open - 2);
  return {std::string(target.substr(0, open)), std::string(first_argument(inner))};
}

/// What `groupByNode` is told to do for a function that makes one series of many.
std::string_view joins_by(std::string_view function) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kJoins = {
      {{"sumSeries", "sum"},
       {"sum", "sum"},
       {"averageSeries", "average"},
       {"avg", "average"},
       {"maxSeries", "max"},
       {"max", "max"},
       {"minSeries", "min"},
       {"min", "min"},
       {"countSeries", "count"},
       {"sumSeriesWithWildcards", ""}}};
  for (const auto& [name, how] : kJoins) {
    if (name == function) return how;
  }
  return "";
}

bool only_names(std::string_view function) {
  constexpr std::array<std::string_view, 7> kNaming = {
      "alias", "aliasByNode", "aliasSub", "aliasByMetric", "aliasByTags", "cactiStyle", "color"};
  return std::ranges::find(kNaming, function) != kNaming.end();
}

bool picks(std::string_view function) {
  constexpr std::array<std::string_view, 11> kPicking = {
      "limit",        "highestCurrent", "highestAverage", "highestMax",
      "highest",      "lowestCurrent",  "lowestAverage",  "lowest",
      "sortByMaxima", "sortByTotal",    "sortByName"};
  return std::ranges::find(kPicking, function) != kPicking.end();
}

/// How many dots stand in the path before the hosts; braces may have some.
std::size_t node_of_hosts(std::string_view target) {
  const std::size_t hosts = target.find(kHosts);
  std::size_t begin = target.find_last_of("(, ", hosts);
  begin = begin == kNone ? 0 : begin + 1;
  return static_cast<std::size_t>(std::ranges::count(target.substr(begin, hosts - begin), '.'));
}

}  // namespace

Result<std::string, std::string> graphite_per_host(const std::string& target) {
  std::string inner(trim(target));
  for (Call call = outer_call(inner); only_names(call.name) || picks(call.name);
       call = outer_call(inner)) {
    inner = call.first;
  }
  const std::size_t hosts = inner.find(kHosts);
  if (hosts == kNone) {
    return unexpected(
        fmt::format("no node of its path is a variable for the host: {}", shown_query(target)));
  }
  if (inner.find(kHosts, hosts + 1) != kNone || inner.find("seriesByTag") != kNone ||
      inner.find('#') != kNone) {
    return unexpected(fmt::format("it has more than one path: {}", shown_query(target)));
  }
  const std::size_t node = node_of_hosts(inner);
  const Call call = outer_call(inner);
  if (const std::string_view how = joins_by(call.name); !how.empty()) {
    return fmt::format("groupByNode({}, {}, '{}')", call.first, node, how);
  }
  if (inner.find('*') != kNone) return fmt::format("groupByNode({}, {}, 'average')", inner, node);
  return fmt::format("aliasByNode({}, {})", inner, node);
}

}  // namespace canarygate
