#include "checks/import/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kLongText = 72;  // characters that still read well behind their key
constexpr std::size_t kCommentWidth = 96;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// What some YAML reader somewhere takes for something else than text.
bool is_word_of_yaml(std::string_view text) {
  constexpr std::array<std::string_view, 10> kWords = {"true", "false", "yes", "no", "on",
                                                       "off",  "null",  "y",   "n",  "~"};
  return std::ranges::find(kWords, to_lower(text)) != kWords.end();
}

bool is_plain(std::string_view text) {
  if (text.empty() || !is_letter(text.front()) || text.back() == ' ' || is_word_of_yaml(text)) {
    return false;
  }
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == ' ' || c == '.' || c == '-' || c == '/' ||
           c == '(' || c == ')';
  });
}

/// The length of the UTF-8 character at the start of `text`; 0 when there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;  // would fit in two bytes
  if (first == 0xED && byte(1) > 0x9F) return 0;  // half of a surrogate pair
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

/// Whether a character may stand as it is in a file: no control character, no line break of
/// Unicode's, no byte order mark.
bool is_printable(std::string_view character) {
  if (character.size() == 1) {
    const auto c = static_cast<unsigned char>(character.front());
    return c >= 0x20 && c != 0x7F;
  }
  if (character.size() == 2) return character.front() != '\xC2' || character[1] >= '\xA0';
  return character != "\xE2\x80\xA8" && character != "\xE2\x80\xA9" &&
         character != "\xEF\xBB\xBF" && character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
}

/// `\u2028` and the like, for between double quotes.
std::string escape(std::string_view character) {
  constexpr std::array<unsigned, 5> kFirstBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  unsigned code = static_cast<unsigned char>(character.front()) & kFirstBits.at(character.size());
  for (const char c : character.substr(1))
    code = (code << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  if (code < 0x100) return fmt::format("\\x{:02x}", code);
  return code < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    valid += length == 0 ? "\xEF\xBF\xBD" : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

/// `also`: characters that are as good as printable ones.
bool all_printable(std::string_view text, std::string_view also) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const bool fine = is_printable(text.substr(0, length)) ||
                      (length == 1 && also.find(text.front()) != std::string_view::npos);
    if (!fine) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string double_quoted(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::string_view character = text.substr(0, character_length(text));
    if (character == "\"" || character == "\\") {
      quoted += '\\';
      quoted += character;
    } else {
      quoted += is_printable(character) ? std::string(character) : escape(character);
    }
    text.remove_prefix(character.size());
  }
  return quoted + '"';
}

std::string single_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

/// Whether a literal block (`|-`) gives exactly this text back.
bool fits_block(std::string_view text) {
  constexpr std::string_view kBlank = " \t\n";
  if (text.empty() || kBlank.find(text.front()) != std::string_view::npos) return false;
  if (kBlank.find(text.back()) != std::string_view::npos) return false;
  return all_printable(text, "\n\t");
}

/// Unicode's own line breaks, which some YAML readers take for the end of a comment.
std::string without_breaks(std::string_view text) {
  std::string shown = printable(text);
  for (const auto& [character, name] :
       {std::pair{"\xE2\x80\xA8", "\\u2028"}, std::pair{"\xE2\x80\xA9", "\\u2029"}}) {
    for (std::size_t at = shown.find(character); at != std::string::npos;
         at = shown.find(character)) {
      shown.replace(at, 3, name);
    }
  }
  return shown;
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  std::string valid = valid_utf8(text);
  if (is_plain(valid)) return valid;
  const bool needs_escapes = valid.find_first_of("\"\\") != std::string::npos;
  return needs_escapes && all_printable(valid, "") ? single_quoted(valid) : double_quoted(valid);
}

std::string yaml_entry(std::string_view key, std::string_view text, std::size_t indent) {
  const std::string blanks(indent, ' ');
  const std::string valid = valid_utf8(text);
  const bool is_long = characters_in(valid) > kLongText || valid.find('\n') != std::string::npos;
  if (!is_long || !fits_block(valid)) {
    return fmt::format("{}{}: {}\n", blanks, key, yaml_scalar(valid));
  }
  std::string entry = fmt::format("{}{}: |-\n", blanks, key);
  for (const std::string& line : split(valid, '\n')) {
    entry += line.empty() ? "\n" : fmt::format("{}  {}\n", blanks, line);
  }
  return entry;
}

std::string yaml_comment(std::string_view text, std::size_t indent) {
  const std::string begin = std::string(indent, ' ') + "#";
  std::string lines;
  for (const std::string& paragraph : split(text, '\n')) {
    const std::size_t first = std::min(paragraph.find_first_not_of(' '), paragraph.size());
    const std::string hanging(first + (paragraph.substr(first).starts_with("- ") ? 2 : 0), ' ');
    std::string line = begin + " " + paragraph.substr(0, first);
    bool has_words = false;
    for (const std::string& word : split(without_breaks(paragraph.substr(first)), ' ')) {
      if (has_words && characters_in(line) + 1 + characters_in(word) > kCommentWidth) {
        lines += line + "\n";
        line = fmt::format("{} {}", begin, hanging);
        has_words = false;
      }
      line += has_words ? " " + word : word;
      has_words = true;
    }
    lines += std::string(line.substr(0, line.find_last_not_of(' ') + 1)) + "\n";
  }
  return lines;
}

std::string yaml_number(double value) { return fmt::format("{}", value); }

std::string yaml_percentage(double fraction) {
  std::string digits = fmt::format("{:.10f}", fraction * 100);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits + "%";
}

}  // namespace canarygate
