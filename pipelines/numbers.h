/// Numbers for people: rounded to what matters, with their unit.
///
/// `s ms us bytes` are scaled (`350 ms`, `3.1 MiB`); any other unit is written as it is.
#pragma once

#include <string>

namespace canarygate {

/// The unit that all numbers of a chart or a column are written in.
struct DisplayUnit {
  double factor = 1.0;  ///< multiplies a value
  std::string name;     ///< "" for none
};
/// That suits a number of `magnitude` (not negative) in `unit`.
[[nodiscard]] DisplayUnit display_unit(double magnitude, const std::string& unit);

/// The number alone, with `digits` significant digits; "" for what is none.
[[nodiscard]] std::string format_number(double value, int digits);

/// `0.41 1/s`, `350 ms`, `12 %`, `3.1 MiB`, `48,210`; two significant digits at least, whole
/// numbers in full up to a million.
[[nodiscard]] std::string format_quantity(double value, const std::string& unit);

/// `0.41 1/s → 2.9 1/s`: both in the same unit, with as many digits (at most five) as it takes to
/// tell them apart when they differ.
[[nodiscard]] std::string format_change(double from, double to, const std::string& unit);

/// The same with its sign, for a difference: `+2.5 1/s`, `-20 ms`.
[[nodiscard]] std::string format_signed_quantity(double value, const std::string& unit);

/// A relative change, 0.38 as `+38 %`; two significant digits, no decimals from 10 % on.
[[nodiscard]] std::string format_signed_percent(double fraction);

/// How often something happens, 0.01 as `1 time in 100`; `probability` in (0, 1].
[[nodiscard]] std::string format_odds(double probability);

}  // namespace canarygate
