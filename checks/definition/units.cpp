#include "checks/definition/units.h"

#include <array>
#include <charconv>

#include "checks/text.h"

namespace canarygate {

namespace {

enum class Measures { time, bytes, percent, count };

struct Unit {
  std::string_view name;
  Measures measures;
  double size;  // in seconds, bytes, per cent, ones
};

constexpr std::array<Unit, 27> kUnits = {{
    {"ns", Measures::time, 1e-9},
    {"us", Measures::time, 1e-6},
    {"µs", Measures::time, 1e-6},
    {"ms", Measures::time, 1e-3},
    {"s", Measures::time, 1},
    {"m", Measures::time, 60},
    {"min", Measures::time, 60},
    {"h", Measures::time, 3600},
    {"d", Measures::time, 86400},
    {"bytes", Measures::bytes, 1},
    {"B", Measures::bytes, 1},
    {"KB", Measures::bytes, 1e3},
    {"kB", Measures::bytes, 1e3},
    {"MB", Measures::bytes, 1e6},
    {"GB", Measures::bytes, 1e9},
    {"TB", Measures::bytes, 1e12},
    {"KiB", Measures::bytes, 1024},
    {"MiB", Measures::bytes, 1048576},
    {"GiB", Measures::bytes, 1073741824},
    {"TiB", Measures::bytes, 1099511627776},
    {"%", Measures::percent, 1},
    {"percent", Measures::percent, 1},
    {"", Measures::count, 1},
    {"1", Measures::count, 1},
    {"k", Measures::count, 1e3},
    {"none", Measures::count, 1},
    {"count", Measures::count, 1},
}};

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

/// `MB/s` is `MB`, and how long the `s` is; nothing to divide by is 0.
struct Rate {
  const Unit* amount;
  double seconds = 0;
};

Rate rate(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return {find_unit(name), 0};
  const Unit* per = find_unit(name.substr(slash + 1));
  if (per == nullptr || per->measures != Measures::time) return {nullptr, 0};
  return {find_unit(name.substr(0, slash)), per->size};
}

}  // namespace

std::optional<Quantity> parse_quantity(std::string_view text) {
  Quantity quantity;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, quantity.number);
  if (error != std::errc{}) return std::nullopt;
  quantity.unit = trim(std::string_view(rest, static_cast<std::size_t>(end - rest)));
  return quantity;
}

std::optional<double> unit_factor(std::string_view from, std::string_view to) {
  if (from == to) return 1;
  const Rate a = rate(from);
  const Rate b = rate(to);
  if (a.amount == nullptr || b.amount == nullptr) return std::nullopt;
  if (a.amount->measures != b.amount->measures || (a.seconds > 0) != (b.seconds > 0)) {
    return std::nullopt;
  }
  const double amounts = a.amount->size / b.amount->size;
  return a.seconds > 0 ? amounts * (b.seconds / a.seconds) : amounts;
}

}  // namespace canarygate
