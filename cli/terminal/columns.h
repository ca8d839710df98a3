/// How wide texts are on a terminal, and texts made as wide as they should be.
///
/// A character of UTF-8 takes no column (combining), one, or two (CJK, emoji), as the C library's
/// tables say.
#pragma once

#include <string>
#include <string_view>

namespace canarygate {

/// `printable`, and what has no width of its own or turns the writing direction becomes U+FFFD.
/// Without `unicode` all that is not ASCII becomes `?`: on such a terminal its bytes may be control
/// characters.
[[nodiscard]] std::string showable(std::string_view text, bool unicode);

/// Of a text that is `showable`; colours (`ESC [ … m`) take no column.
[[nodiscard]] int columns_of(std::string_view text);

/// At most `width` columns, with `ellipsis` at the end where something was cut; without colours.
[[nodiscard]] std::string cut_to(std::string_view text, int width, std::string_view ellipsis);

/// Spaces after it, or before it, up to `width`; a wider text stays as it is.
[[nodiscard]] std::string padded(std::string text, int width);
[[nodiscard]] std::string padded_left(const std::string& text, int width);

}  // namespace canarygate
