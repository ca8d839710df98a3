/// Text in XML 1.0, whatever it holds.
#pragma once

#include <string>
#include <string_view>

namespace canarygate {

/// For element content and attribute values: markup escaped; characters that XML cannot hold made
/// visible (`\x1B`, `\uFFFE`); invalid UTF-8 becomes U+FFFD. Line breaks and tabs stay.
[[nodiscard]] std::string xml_escape(std::string_view text);

}  // namespace canarygate
