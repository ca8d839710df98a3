/// The whole of PromQL as a tree of places, to find out what a query is made of and to write parts
/// of it anew.
///
/// Unlike parse.h it knows every operator, function call, aggregation and modifier by its shape,
/// and judges no types: what a Prometheus accepts has an outline, and so has some of what it
/// refuses. Length and depth are bounded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/promql/parse.h"
#include "checks/result.h"

namespace canarygate::promql {

/// `query[begin, end)`, in bytes; empty where there is none.
struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
  [[nodiscard]] std::string_view of(std::string_view query) const {
    return query.substr(begin, end - begin);
  }
};

/// `by (instance, le)`: of an aggregation `by` or `without`, of an operator `on` or `ignoring`.
struct LabelList {
  std::string word;  ///< in lower case
  Place place;       ///< from the word to the closing parenthesis
  std::vector<std::string> names;
};

struct Outline {
  enum class Kind {
    number,       ///< `0.5`, `Inf`, `5m`
    string,       ///< with its quotes
    selector,     ///< `name{…}[…]`
    call,         ///< `name(children)`
    aggregation,  ///< `name by (…) (children)`
    binary,       ///< `children[0] name children[1]`
    unary,        ///< `name children[0]`
    group,        ///< `(children[0])`
    subquery      ///< `children[0][range:step]`
  } kind = Kind::number;
  Place place;       ///< all of it, with its modifiers
  std::string name;  ///< metric, function, or aggregation or operator in lower case
  Place word;        ///< where the name stands
  Place matchers;    ///< selector: `{…}`
  Place range;       ///< selector and subquery: `[…]`
  std::optional<LabelList> labels;
  bool is_bool = false;    ///< `> bool`
  std::string many;        ///< `group_left` or `group_right`, in lower case
  bool is_offset = false;  ///< `offset` or `@` follows
  std::vector<Outline> children;
};

constexpr std::size_t kLongestOutlined = 64 * 1024;
constexpr std::size_t kDeepestOutlined = 100;
constexpr std::size_t kMostOutlinedOperators = 500;

/// Only the first fault is told.
[[nodiscard]] Result<Outline, Fault> outline(std::string_view query);

/// The number that `node` always is: a literal, or arithmetic of literals; nothing otherwise.
[[nodiscard]] std::optional<double> constant(const Outline& node, std::string_view query);

/// `node` without the parentheses around it.
[[nodiscard]] const Outline& inside(const Outline& node);

}  // namespace canarygate::promql
