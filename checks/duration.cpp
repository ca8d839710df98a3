#include "checks/duration.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "checks/number.h"

namespace canarygate {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kLongest = 10LL * 366 * 24 * 3600 * 1000;

struct Unit {
  std::string_view name;
  std::int64_t length;  // milliseconds
};
// From the longest down: format_duration takes them in this order.
constexpr std::array<Unit, 5> kUnits = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads exactly `width` digits at `at` and moves past them.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  for (std::size_t i = at; i < at + width; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
  }
  const auto value = parse_number<int>(text.substr(at, width));
  at += width;
  return value;
}

bool literal(std::string_view text, std::size_t& at, char a, char b) {
  if (at >= text.size() || (text[at] != a && text[at] != b)) return false;
  ++at;
  return true;
}

std::optional<milliseconds> parse_fraction(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '.') return milliseconds(0);
  const std::size_t begin = ++at;
  std::int64_t value = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    if (at - begin < 3) value = value * 10 + (text[at] - '0');
  }
  if (at == begin) return std::nullopt;
  for (std::size_t width = at - begin; width < 3; ++width) value *= 10;
  return milliseconds(value);
}

std::optional<milliseconds> parse_offset(std::string_view text, std::size_t& at) {
  if (literal(text, at, 'Z', 'z')) return milliseconds(0);
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
  const int sign = text[at++] == '+' ? 1 : -1;
  const auto hours = digits(text, at, 2);
  if (!hours || !literal(text, at, ':', ':')) return std::nullopt;
  const auto minutes = digits(text, at, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  const auto year = digits(text, at, 4);
  if (!year || !literal(text, at, '-', '-')) return std::nullopt;
  const auto month = digits(text, at, 2);
  if (!month || !literal(text, at, '-', '-')) return std::nullopt;
  const auto day = digits(text, at, 2);
  if (!day || !literal(text, at, 'T', ' ')) return std::nullopt;
  const auto hour = digits(text, at, 2);
  if (!hour || !literal(text, at, ':', ':')) return std::nullopt;
  const auto minute = digits(text, at, 2);
  if (!minute || !literal(text, at, ':', ':')) return std::nullopt;
  const auto second = digits(text, at, 2);
  if (!second) return std::nullopt;
  const auto fraction = parse_fraction(text, at);
  if (!fraction) return std::nullopt;
  const auto offset = parse_offset(text, at);
  if (!offset || at != text.size()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // RFC 3339 allows a leap second; it is the next minute's first.
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *fraction - *offset;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t number = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    const std::size_t letters = at;
    while (at < text.size() && !is_digit(text[at])) ++at;
    const auto count = parse_number<std::int64_t>(text.substr(number, letters - number));
    const Unit* unit = find_unit(text.substr(letters, at - letters));
    if (!count || unit == nullptr || *count > kLongest / unit->length) return std::nullopt;
    total += *count * unit->length;
    if (total > kLongest) return std::nullopt;
  }
  return Duration(total);
}

std::string format_duration(Duration length) {
  std::int64_t left = length.count();
  if (left == 0) return "0s";
  std::string text = left < 0 ? "-" : "";
  left = std::abs(left);
  for (const Unit& unit : kUnits) {
    if (left >= unit.length) text += fmt::format("{}{}", left / unit.length, unit.name);
    left %= unit.length;
  }
  return text;
}

std::optional<double> parse_percentage(std::string_view text) {
  if (text.size() < 2 || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  if (!is_digit(text.back())) return std::nullopt;
  const auto value = parse_number<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return *value / 100.0;
}

std::optional<TimePoint> parse_time(std::string_view text) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  if (text.find_first_not_of("0123456789.") == std::string_view::npos) {
    const auto seconds = parse_number<double>(text);
    // Ten digits reach the year 2286; more would be milliseconds by mistake.
    if (!seconds || *seconds >= 1e10) return std::nullopt;
    return from_unix_seconds(*seconds);
  }
  return parse_rfc3339(text);
}

std::string format_time(TimePoint time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = (time - seconds).count();
  const auto whole =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(seconds.time_since_epoch().count()));
  return rest == 0 ? whole + "Z" : fmt::format("{}.{:03}Z", whole, rest);
}

std::string format_time_of_day(TimePoint time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%H:%M:%S} UTC", fmt::gmtime(seconds.time_since_epoch().count()));
}

double to_unix_seconds(TimePoint time) {
  return static_cast<double>(time.time_since_epoch().count()) / 1000.0;
}

TimePoint from_unix_seconds(double seconds) {
  return TimePoint(milliseconds(std::llround(seconds * 1000.0)));
}

}  // namespace canarygate
