/// Numbers with a unit: `2s` where the metric is in milliseconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace canarygate {

/// A number as it was written, and its unit ("" for none).
struct Quantity {
  double number = 0;
  std::string unit;
};
/// `2s`, `2 s`, `-0.5`, `10 MiB`, `5/s`; nothing when it does not begin with a number.
[[nodiscard]] std::optional<Quantity> parse_quantity(std::string_view text);

/// What to multiply with to get from one unit to the other; nothing when they measure different
/// things or a name is unknown (the same name always fits itself).
[[nodiscard]] std::optional<double> unit_factor(std::string_view from, std::string_view to);

}  // namespace canarygate
