/// Text as YAML that reads back as the same text: plain where it may be, quoted where it must be.
#pragma once

#include <string>
#include <string_view>

namespace canarygate {

/// On one line, also within `{…}` and `[…]`. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string yaml_scalar(std::string_view text);

/// `key: value` and what belongs to it, with its line breaks; long texts and those of several lines
/// as a block. `indent`: blanks before the key.
[[nodiscard]] std::string yaml_entry(std::string_view key, std::string_view text,
                                     std::size_t indent);

/// `text` as comment lines, each with `indent` blanks before it.
[[nodiscard]] std::string yaml_comment(std::string_view text, std::size_t indent);

/// The shortest text that reads back as the same number.
[[nodiscard]] std::string yaml_number(double value);
/// A fraction as a percentage: 0.125 is `12.5%`.
[[nodiscard]] std::string yaml_percentage(double fraction);

}  // namespace canarygate
