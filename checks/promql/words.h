/// The words of PromQL that scraped numbers know, and what is said about the others.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/promql/node.h"

namespace canarygate::promql {

/// Function names are case-sensitive, all other words are not.
[[nodiscard]] std::optional<RangeFunction> range_function(std::string_view word);
[[nodiscard]] std::optional<AggregationKind> aggregation(std::string_view word);
inline constexpr std::string_view kHistogramQuantile = "histogram_quantile";

/// `by`, `without`.
[[nodiscard]] bool is_grouping(std::string_view word);
/// `bool`, `on` and their like, which may follow an operator.
[[nodiscard]] bool is_matching(std::string_view word);
/// Letters, digits and `_`; a metric's name also has `:`.
[[nodiscard]] bool is_label_name(std::string_view word);
[[nodiscard]] bool is_metric_name(std::string_view word);

/// What is said about a word that is called, and is none of ours.
[[nodiscard]] std::string unknown_call(std::string_view word);
/// What is said about a token that stands where an operator would. `wanted` is what else would be
/// right there: `the end of the query`.
[[nodiscard]] std::string no_operator(std::string_view token, std::string_view wanted);
/// `a number`, `an instant vector`, `a range vector`.
[[nodiscard]] std::string_view type_name(Type type);
/// A token of the query as a message shows it.
[[nodiscard]] std::string shown(std::string_view token);

}  // namespace canarygate::promql
