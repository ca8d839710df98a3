/// Numbers in texts from outside.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace canarygate {

/// The whole of `text` as a number, as std::from_chars reads it: no blanks, no plus, nothing after
/// it. Nothing also for what T cannot hold. `base` as of from_chars.
template <typename T, typename... Base>
[[nodiscard]] std::optional<T> parse_number(std::string_view text, Base... base) {
  T value{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value, base...);
  if (error != std::errc{} || end != last) return std::nullopt;
  return value;
}

}  // namespace canarygate
