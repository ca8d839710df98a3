/// What an evaluation computes with: series as columns of numbers, one for each point of the grid.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/promql/samples.h"
#include "checks/result.h"

namespace canarygate::promql {

/// A point without a value holds stale_marker(), which no arithmetic gives: a NaN that was
/// calculated is a quiet one.
using Values = std::vector<double>;
[[nodiscard]] inline bool is_absent(double value) { return is_stale(value); }
[[nodiscard]] inline double absent() { return stale_marker(); }

struct Column {
  Labels labels;
  Values values;
};
using Columns = std::vector<Column>;

inline constexpr const char* kNameLabel = "__name__";

[[nodiscard]] Labels without_name(Labels labels);

/// `{instance="web-1"}`, safe to print.
[[nodiscard]] std::string shown(const Labels& labels);

/// Series that lost the name (or another label) that told them apart, put together point by point.
/// A clause when two have a value at the same point.
[[nodiscard]] Result<Columns, std::string> merge(Columns columns);

/// The same for what comes from whole series: they must be different even where they never meet.
[[nodiscard]] Result<Columns, std::string> require_unique(Columns columns);

}  // namespace canarygate::promql
