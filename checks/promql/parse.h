/// The part of PromQL that checks use, parsed (INTERFACE.md 5).
///
/// Selectors with all four matchers; rate, irate, increase, delta; sum, avg, min, max, count with
/// `by` and `without`; histogram_quantile; + - * / with scalars and between equal label sets. What
/// is beyond is refused with its column.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checks/clock.h"
#include "checks/promql/matcher.h"
#include "checks/result.h"

namespace canarygate::promql {

/// Where a query cannot be read, and why.
struct Fault {
  std::size_t column = 1;  ///< in characters (not bytes), from 1
  std::string text;        ///< a clause without a full stop; says what is possible instead
  bool operator==(const Fault&) const = default;
};

struct Node;  // evaluate.cpp and parse.cpp know it

/// A query that was understood. Cheap to copy, never changes.
class Query {
 public:
  explicit Query(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  [[nodiscard]] const Node& root() const { return *root_; }

  /// The matchers of each of its selectors, so that only what it reads is kept.
  [[nodiscard]] std::vector<std::vector<Matcher>> selectors() const;
  /// The longest of its ranges, 0 for none.
  [[nodiscard]] Duration longest_range() const;

 private:
  std::shared_ptr<const Node> root_;
};

/// Only the first fault is told: what follows one is guesswork.
[[nodiscard]] Result<Query, Fault> parse(std::string_view query);

}  // namespace canarygate::promql
