/// Small things with strings that several places need.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace canarygate {

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
[[nodiscard]] std::string to_lower(std::string_view text);

/// The member of `known` that a person most likely meant by `word`, or "" when none is near enough
/// (restricted Damerau-Levenshtein distance of at most a third of the longer word).
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> known);

/// The same text with everything that could move a cursor, colour a terminal, end a line or command
/// a CI system that reads its log made visible: C0 and C1 control characters become `\xNN`, and so
/// does the first character of what GitHub, Azure or TeamCity would obey (`::add-mask::`,
/// `##[error]`, `##vso[…]`); invalid UTF-8 becomes U+FFFD. Everything that came from outside passes
/// through here before it is printed.
[[nodiscard]] std::string printable(std::string_view text);

/// Characters, not bytes: those that continue one in UTF-8 do not count. A column is that of the
/// text before it, and one.
[[nodiscard]] std::size_t characters_in(std::string_view text);

/// At most `limit` characters (not bytes), with `…` as the last one where something was cut.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t limit);

/// Sorts, and keeps each text once.
void sort_unique(std::vector<std::string>& texts);

/// `1 host`, `2 hosts`.
[[nodiscard]] std::string count_of(std::size_t count, std::string_view singular);

/// `web-1`, `web-1 and web-2`, `web-1, web-2 and 5 more`.
[[nodiscard]] std::string list_of(std::span<const std::string> names, std::size_t at_most = 5);

}  // namespace canarygate
