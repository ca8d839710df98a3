/// + - * / between vectors and numbers.
#pragma once

#include <string>

#include "checks/promql/columns.h"
#include "checks/promql/node.h"
#include "checks/result.h"

namespace canarygate::promql {

[[nodiscard]] double calculate(Operator what, double left, double right);

/// A vector and a number.
[[nodiscard]] Result<Columns, std::string> calculate(Operator what, Columns left, double right);
[[nodiscard]] Result<Columns, std::string> calculate(Operator what, double left, Columns right);

/// Series of the two sides that have the same labels but for the metric's name; the others are left
/// out. A clause when several of one side match one of the other.
[[nodiscard]] Result<Columns, std::string> calculate(Operator what, const Columns& left,
                                                     const Columns& right);

}  // namespace canarygate::promql
