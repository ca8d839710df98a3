/// The part of Argo Rollouts' condition language that is a limit: which values pass.
///
/// `result[0] >= 0.95`, `isNaN(result[0]) || result[0] < 5`, `all(result, # < 0.5)`,
/// `len(result) > 0 && …`, `default(result, 0) < 5`, put together with `&&`, `||`, `!` and
/// parentheses. What is beyond is refused with its column.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "checks/import/value_set.h"
#include "checks/result.h"

namespace canarygate::argo {

/// For which results a condition is true.
struct Condition {
  ValueSet numbers;
  bool nan = false;
  /// For a result that is empty or null. `error`: the condition cannot be evaluated.
  enum class Missing { no, yes, error } missing = Missing::no;
  /// It says so itself, by `default`, `len`, `isNil` or `nil`.
  bool names_missing = false;
  /// Which number of the result it looks at.
  enum class Of {
    unknown,   ///< none
    itself,    ///< `result`, which is one number
    first,     ///< `result[0]`
    largest,   ///< of a list
    smallest,  ///< of a list
  } of = Of::unknown;
};

struct ConditionFault {
  std::size_t column = 1;  ///< in characters, from 1
  std::string text;        ///< what stands there, and what is possible instead
};

[[nodiscard]] Result<Condition, ConditionFault> parse_condition(std::string_view text);

/// True where both are: of which number, has to be the same. Nothing when it is not.
[[nodiscard]] Result<Condition, ConditionFault> both(const Condition& a, const Condition& b);
[[nodiscard]] Condition negated(const Condition& condition);

}  // namespace canarygate::argo
