/// Numbers, strings and ranges as they are written in a query.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/clock.h"
#include "checks/promql/tokens.h"
#include "checks/result.h"

namespace canarygate::promql {

/// Decimal, exponent, hexadecimal, and octal after a leading 0 (`010` is 8, as in Prometheus).
[[nodiscard]] std::optional<double> read_number(std::string_view text);

/// A string token with its quotes and its escapes resolved; between backquotes there are none. The
/// mistake's place counts from the token's beginning.
[[nodiscard]] Result<std::string, Mistake> read_string(std::string_view token);

/// `5m`, `1h30m`, `500ms`: units from y to ms, each at most once and in this order.
[[nodiscard]] std::optional<Duration> read_range(std::string_view text);

}  // namespace canarygate::promql
