#include "checks/promql/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>
#include <vector>

#include "checks/text.h"

namespace canarygate::promql {

namespace {

template <typename T, std::size_t Size>
using Table = std::array<std::pair<std::string_view, T>, Size>;

constexpr Table<RangeFunction, 4> kRangeFunctions = {{{"delta", RangeFunction::delta},
                                                      {"increase", RangeFunction::increase},
                                                      {"irate", RangeFunction::irate},
                                                      {"rate", RangeFunction::rate}}};
constexpr Table<AggregationKind, 5> kAggregations = {{{"avg", AggregationKind::avg},
                                                      {"count", AggregationKind::count},
                                                      {"max", AggregationKind::max},
                                                      {"min", AggregationKind::min},
                                                      {"sum", AggregationKind::sum}}};
constexpr std::string_view kOperators = "+ - * /";

template <typename T, std::size_t Size>
std::optional<T> find(const Table<T, Size>& table, std::string_view word) {
  for (const auto& [name, value] : table) {
    if (name == word) return value;
  }
  return std::nullopt;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

template <typename T, std::size_t Size>
std::vector<std::string> names(const Table<T, Size>& table) {
  std::vector<std::string> all;
  for (const auto& entry : table) all.emplace_back(entry.first);
  return all;
}

bool is_other_aggregation(std::string_view word) {
  return is_one_of(to_lower(word), {"bottomk", "count_values", "group", "limit_ratio", "limitk",
                                    "quantile", "stddev", "stdvar", "topk"});
}

bool is_name(std::string_view word, std::string_view more) {
  const auto letter = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           more.find(c) != std::string_view::npos;
  };
  return !word.empty() && letter(word.front()) &&
         std::ranges::all_of(word, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

std::optional<RangeFunction> range_function(std::string_view word) {
  return find(kRangeFunctions, word);
}

std::optional<AggregationKind> aggregation(std::string_view word) {
  return find(kAggregations, to_lower(word));
}

bool is_grouping(std::string_view word) { return is_one_of(to_lower(word), {"by", "without"}); }

bool is_matching(std::string_view word) {
  return is_one_of(to_lower(word), {"bool", "on", "ignoring", "group_left", "group_right"});
}

bool is_label_name(std::string_view word) { return is_name(word, ""); }
bool is_metric_name(std::string_view word) { return is_name(word, ":"); }

std::string unknown_call(std::string_view word) {
  std::vector<std::string> aggregations = names(kAggregations);
  if (is_other_aggregation(word)) {
    return fmt::format("{} is not among the aggregations that scraped numbers know: {}",
                       shown(word), join(aggregations, ", "));
  }
  std::vector<std::string> functions = names(kRangeFunctions);
  functions.emplace_back(kHistogramQuantile);
  std::ranges::sort(functions);
  std::string text = fmt::format("{} is not among the functions that scraped numbers know: {}",
                                 shown(word), join(functions, ", "));
  functions.insert(functions.end(), aggregations.begin(), aggregations.end());
  const std::string meant = nearest(word, functions);
  return meant.empty() ? text : fmt::format("{}; did you mean '{}'?", text, meant);
}

std::string no_operator(std::string_view token, std::string_view wanted) {
  const std::string word = to_lower(token);
  if (word == "offset" || word == "@") {
    return fmt::format("{} is not possible: scraped numbers have no past to move into",
                       shown(token));
  }
  if (is_grouping(word)) {
    return fmt::format("{} can only stand beside an aggregation: {}", shown(token),
                       join(names(kAggregations), ", "));
  }
  if (word.starts_with('[')) {
    if (word.find(':') != std::string::npos) {
      return fmt::format(
          "a subquery like {} is not possible on scraped numbers; a range after a "
          "selector is, for example requests_total[5m]",
          shown(token));
    }
    return fmt::format("the range {} can only follow a selector, for example requests_total[5m]",
                       shown(token));
  }
  constexpr std::string_view kOtherSigns = "=!<>%^~";
  if (kOtherSigns.find(word.front()) != std::string_view::npos ||
      is_one_of(word, {"and", "or", "unless", "atan2"})) {
    return fmt::format("{} is not among the operators that scraped numbers know: {}", shown(token),
                       kOperators);
  }
  return fmt::format("expected an operator ({}) or {}, not {}", kOperators, wanted, shown(token));
}

std::string_view type_name(Type type) {
  switch (type) {
    case Type::number:
      return "a number";
    case Type::vector:
      return "an instant vector";
    case Type::range:
      break;
  }
  return "a range vector";
}

std::string shown(std::string_view token) {
  return fmt::format("'{}'", printable(shorten(token, 40)));
}

}  // namespace canarygate::promql
