#include "pipelines/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace canarygate {

namespace {

constexpr int kFewestDigits = 2;
constexpr int kMostDigits = 5;

struct Scale {
  double from;  ///< the smallest magnitude that is written in this scale
  double size;  ///< of one, in the base unit
  const char* name;
};

constexpr std::array<Scale, 6> kTimes{{{7200.0, 3600.0, "h"},
                                       {120.0, 60.0, "min"},
                                       {1.0, 1.0, "s"},
                                       {1e-3, 1e-3, "ms"},
                                       {1e-6, 1e-6, "us"},
                                       {0.0, 1e-9, "ns"}}};
constexpr std::array<Scale, 5> kBytes{{{1099511627776.0, 1099511627776.0, "TiB"},
                                       {1073741824.0, 1073741824.0, "GiB"},
                                       {1048576.0, 1048576.0, "MiB"},
                                       {1024.0, 1024.0, "KiB"},
                                       {0.0, 1.0, "bytes"}}};

DisplayUnit pick(std::span<const Scale> scales, double magnitude, double base,
                 const std::string& as_is) {
  if (magnitude == 0.0) return {1.0, as_is};
  for (const Scale& scale : scales) {
    if (magnitude * base >= scale.from) return {base / scale.size, scale.name};
  }
  return {1.0, as_is};
}

/// Decimals so that `value` shows `digits` significant ones; whole numbers are never cut.
int decimals(double value, int digits) {
  if (value == 0.0) return 0;
  const int leading = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return std::max(0, digits - 1 - leading);
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string with_thousands(std::string text) {
  const std::size_t first = text.front() == '-' ? 1 : 0;
  const std::size_t point = std::min(text.find('.'), text.size());
  if (point - first < 5) return text;  // 4821 reads well as it is
  for (std::size_t at = point; at > first + 3;) text.insert(at -= 3, ",");
  return text;
}

std::string plain(double value, int digits) {
  if (!std::isfinite(value)) return "unknown";
  const double magnitude = std::abs(value);
  if (magnitude != 0.0 && (magnitude < 1e-4 || magnitude >= 1e9)) {
    return fmt::format("{:.{}e}", value, digits - 1);
  }
  const std::string text = fmt::format("{:.{}f}", value, decimals(value, digits));
  // More digits than the fewest are there to tell two numbers apart: 1.20 and 1.24.
  return with_thousands(digits > kFewestDigits ? text : without_trailing_zeros(text));
}

std::string with_unit(double value, const DisplayUnit& unit, int digits) {
  const std::string number = plain(value * unit.factor, digits);
  return unit.name.empty() ? number : number + " " + unit.name;
}

}  // namespace

DisplayUnit display_unit(double magnitude, const std::string& unit) {
  if (unit == "s") return pick(kTimes, magnitude, 1.0, unit);
  if (unit == "ms") return pick(kTimes, magnitude, 1e-3, unit);
  if (unit == "us") return pick(kTimes, magnitude, 1e-6, unit);
  if (unit == "bytes") return pick(kBytes, magnitude, 1.0, unit);
  return {1.0, unit == "none" ? "" : unit};
}

std::string format_number(double value, int digits) {
  return std::isfinite(value) ? without_trailing_zeros(plain(value, digits)) : "";
}

std::string format_quantity(double value, const std::string& unit) {
  return with_unit(value, display_unit(std::abs(value), unit), kFewestDigits);
}

std::string format_change(double from, double to, const std::string& unit) {
  const DisplayUnit common = display_unit(std::max(std::abs(from), std::abs(to)), unit);
  for (int digits = kFewestDigits;; ++digits) {
    const std::string a = with_unit(from, common, digits);
    const std::string b = with_unit(to, common, digits);
    if (a != b || from == to || digits == kMostDigits) return a + " → " + b;
  }
}

std::string format_signed_quantity(double value, const std::string& unit) {
  return (value >= 0 ? "+" : "") + format_quantity(value, unit);
}

std::string format_signed_percent(double fraction) {
  const double percent = fraction * 100.0;
  if (!std::isfinite(percent)) return "unknown";
  if (std::abs(percent) < 0.05) return "0 %";
  // 607 % says no more than 610 %, but 127 % more than 130 %.
  const double rounded = std::abs(percent) >= 200.0 ? std::round(percent / 10.0) * 10.0 : percent;
  const std::string number = plain(rounded, kFewestDigits);
  return fmt::format("{}{} %", percent > 0 ? "+" : "", number);
}

std::string format_odds(double probability) {
  const double one_in = 1.0 / std::clamp(probability, 1e-12, 1.0);
  const double whole = std::round(one_in);
  if (one_in >= 20.0 || std::abs(one_in - whole) < 0.01 * one_in) {
    // 1 in 1,996 pretends to know more than 1 in 2,000.
    const double step = std::pow(10.0, std::max(0.0, std::floor(std::log10(whole)) - 1.0));
    return fmt::format("1 time in {}", plain(std::round(whole / step) * step, kFewestDigits));
  }
  return fmt::format("{} times in 100", plain(std::round(100.0 / one_in), kFewestDigits));
}

}  // namespace canarygate
