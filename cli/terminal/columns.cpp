#include "cli/terminal/columns.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <cstddef>

#include "checks/text.h"

namespace canarygate {

namespace {

struct Character {
  char32_t code = 0;
  std::string_view bytes;
};

/// The first character of valid UTF-8 that is not empty.
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1U : lead < 0xE0 ? 2U : lead < 0xF0 ? 3U : 4U;
  const std::string_view bytes = text.substr(0, length);
  char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (const char byte : bytes.substr(1)) {
    code = (code << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  return {code, bytes};
}

/// -1 for what has no place on a screen. The tables are the C library's, whatever locale the
/// process runs in.
int width_of(char32_t code) {
  if (code < 0x7F) return code < 0x20 ? -1 : 1;
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width;
}

/// Marks, embeddings, overrides and isolates: they move what stands around them.
bool turns_direction(char32_t code) {
  return code == 0x61C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1B[")) return 0;
  const std::size_t end = text.find('m');
  return end == std::string_view::npos ? 0 : end + 1;
}

}  // namespace

std::string showable(std::string_view text, bool unicode) {
  const std::string safe = printable(text);
  std::string shown;
  for (std::string_view rest = safe; !rest.empty();) {
    const Character character = first_character(rest);
    rest.remove_prefix(character.bytes.size());
    if (!unicode && character.code >= 0x7F) {
      shown += '?';
    } else if (width_of(character.code) < 0 || turns_direction(character.code)) {
      shown += "\xEF\xBF\xBD";
    } else {
      shown += character.bytes;
    }
  }
  return shown;
}

int columns_of(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    if (const std::size_t colour = colour_length(text); colour > 0) {
      text.remove_prefix(colour);
      continue;
    }
    const Character character = first_character(text);
    text.remove_prefix(character.bytes.size());
    columns += std::max(0, width_of(character.code));
  }
  return columns;
}

std::string cut_to(std::string_view text, int width, std::string_view ellipsis) {
  if (columns_of(text) <= width) return std::string(text);
  const int room = width - columns_of(ellipsis);
  if (room < 0) return "";
  std::string kept;
  int used = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    text.remove_prefix(character.bytes.size());
    used += std::max(0, width_of(character.code));
    if (used > room) break;
    kept += character.bytes;
  }
  return kept + std::string(ellipsis);
}

std::string padded(std::string text, int width) {
  const int missing = width - columns_of(text);
  if (missing > 0) text.append(static_cast<std::size_t>(missing), ' ');
  return text;
}

std::string padded_left(const std::string& text, int width) {
  const int missing = width - columns_of(text);
  return std::string(static_cast<std::size_t>(std::max(0, missing)), ' ') + text;
}

}  // namespace canarygate
