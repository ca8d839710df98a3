#include "checks/promql/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/text.h"

namespace canarygate::promql {

namespace {

Unexpected<std::string> twice(const Labels& labels) {
  return {
      fmt::format("several series would be {} once the metric's name is left out; select one "
                  "metric, or aggregate them first",
                  shown(labels))};
}

}  // namespace

Labels without_name(Labels labels) {
  labels.erase(kNameLabel);
  return labels;
}

std::string shown(const Labels& labels) {
  std::vector<std::string> parts;
  parts.reserve(labels.size());
  for (const auto& [name, value] : labels) parts.push_back(fmt::format("{}=\"{}\"", name, value));
  return printable(shorten(fmt::format("{{{}}}", join(parts, ", ")), 200));
}

Result<Columns, std::string> merge(Columns columns) {
  std::map<Labels, Values> merged;
  for (Column& column : columns) {
    const auto [found, is_new] = merged.try_emplace(std::move(column.labels));
    if (is_new) {
      found->second = std::move(column.values);
      continue;
    }
    Values& values = found->second;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (is_absent(column.values[i])) continue;
      if (!is_absent(values[i])) return twice(found->first);
      values[i] = column.values[i];
    }
  }
  columns.clear();
  for (auto& [labels, values] : merged) columns.push_back({labels, std::move(values)});
  return columns;
}

Result<Columns, std::string> require_unique(Columns columns) {
  std::erase_if(columns,
                [](const Column& column) { return std::ranges::all_of(column.values, is_absent); });
  std::set<Labels> seen;
  for (const Column& column : columns) {
    if (!seen.insert(column.labels).second) return twice(column.labels);
  }
  return columns;
}

}  // namespace canarygate::promql
