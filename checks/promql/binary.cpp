#include "checks/promql/binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace canarygate::promql {

namespace {

template <typename Calculate>
Result<Columns, std::string> on_each(Columns columns, const Calculate& calculate_one) {
  for (Column& column : columns) {
    column.labels = without_name(std::move(column.labels));
    for (double& value : column.values) {
      if (!is_absent(value)) value = calculate_one(value);
    }
  }
  return merge(std::move(columns));
}

/// The series of one side that a group has; mostly one.
using Members = std::vector<const Values*>;

/// The members' one value at point `i`, or absent. Nothing when there are several.
std::optional<double> only_value(const Members& members, std::size_t i) {
  double found = absent();
  for (const Values* member : members) {
    const double value = (*member)[i];
    if (is_absent(value)) continue;
    if (!is_absent(found)) return std::nullopt;
    found = value;
  }
  return found;
}

struct Group {
  Members left;
  Members right;
};

/// At which points a side has any value at all: Prometheus compares nothing elsewhere.
std::vector<bool> points_with_values(const Columns& columns, std::size_t points) {
  std::vector<bool> any(points, false);
  for (const Column& column : columns) {
    for (std::size_t i = 0; i < points; ++i) {
      if (!is_absent(column.values[i])) any[i] = true;
    }
  }
  return any;
}

Unexpected<std::string> several(const Labels& labels, std::string_view side) {
  return {
      fmt::format("several series of the {} side of an operator are {}, the metric's name left "
                  "out; aggregate them first",
                  side, shown(labels))};
}

}  // namespace

double calculate(Operator what, double left, double right) {
  switch (what) {
    case Operator::add:
      return left + right;
    case Operator::subtract:
      return left - right;
    case Operator::multiply:
      return left * right;
    case Operator::divide:
      break;
  }
  return left / right;
}

Result<Columns, std::string> calculate(Operator what, Columns left, double right) {
  return on_each(std::move(left), [&](double value) { return calculate(what, value, right); });
}

Result<Columns, std::string> calculate(Operator what, double left, Columns right) {
  return on_each(std::move(right), [&](double value) { return calculate(what, left, value); });
}

Result<Columns, std::string> calculate(Operator what, const Columns& left, const Columns& right) {
  if (left.empty() || right.empty()) return Columns();
  std::map<Labels, Group> groups;
  for (const Column& column : left) {
    groups[without_name(column.labels)].left.push_back(&column.values);
  }
  for (const Column& column : right) {
    groups[without_name(column.labels)].right.push_back(&column.values);
  }
  const std::size_t points = left.front().values.size();
  const std::vector<bool> any_left = points_with_values(left, points);
  Columns results;
  for (const auto& [labels, group] : groups) {
    Values values(points, absent());
    for (std::size_t i = 0; i < points; ++i) {
      if (!any_left[i]) continue;
      const auto right_value = only_value(group.right, i);
      if (!right_value) return several(labels, "right");
      if (is_absent(*right_value)) continue;
      const auto left_value = only_value(group.left, i);
      if (!left_value) return several(labels, "left");
      if (!is_absent(*left_value)) values[i] = calculate(what, *left_value, *right_value);
    }
    results.push_back({labels, std::move(values)});
  }
  return results;
}

}  // namespace canarygate::promql
