#include "checks/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace canarygate {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// The length in bytes of the UTF-8 character that begins at `at`, 0 when it is not one.
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4U : lead >= 0xE0 ? 3U : 2U;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = at + 1; i < at + length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  const unsigned char second = byte(at + 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool too_large = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

/// Restricted Damerau-Levenshtein (optimal string alignment) distance, by bytes.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The length of a word of letters and hyphens that begins at `at`.
std::size_t word_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && (is_letter(text[end]) || text[end] == '-')) ++end;
  return end - at;
}

/// Does a CI system that reads this in a log take it for a command? GitHub's runner obeys
/// `::word …::` at a line's start, and `##[word]` anywhere; Azure's `##vso[`, TeamCity's
/// `##teamcity[` anywhere. A line may be broken at any space, so that is a line's start too; and so
/// is whatever is not ASCII, since some of it is space to the runner.
bool commands_ci(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("##")) {
    const std::size_t after = 2 + word_length(rest, 2);
    return after < rest.size() && rest[after] == '[';
  }
  const auto before = static_cast<unsigned char>(at == 0 ? ' ' : text[at - 1]);
  if (!rest.starts_with("::") || (before != ' ' && before < 0x80)) return false;
  const std::size_t length = word_length(rest, 2);
  if (length == 0 || 2 + length >= rest.size()) return false;
  return rest[2 + length] == ' ' || rest.substr(2 + length).starts_with("::");
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::string nearest(std::string_view word, std::span<const std::string> known) {
  std::string best;
  std::size_t best_distance = SIZE_MAX;
  const std::string lower = to_lower(word.substr(0, 200));
  for (const std::string& candidate : known) {
    const std::size_t d = distance(lower, to_lower(candidate));
    if (d <= std::max(lower.size(), candidate.size()) / 3 && d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string printable(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    if (length == 0) {
      safe += kReplacement;
      ++at;
      continue;
    }
    const bool c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    const bool control = length == 1 && (byte < 0x20 || byte == 0x7F);
    if (control || ((byte == ':' || byte == '#') && commands_ci(text, at))) {
      safe += fmt::format("\\x{:02X}", byte);
    } else if (c1) {
      safe += fmt::format("\\x{:02X}", static_cast<unsigned char>(text[at + 1]));
    } else {
      safe += text.substr(at, length);
    }
    at += length;
  }
  return safe;
}

std::size_t characters_in(std::string_view text) {
  const auto begins_one = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_one));
}

std::string shorten(std::string_view text, std::size_t limit) {
  std::size_t at = 0;
  std::size_t last = 0;
  for (std::size_t count = 0; at < text.size(); ++count) {
    if (count == limit) return std::string(text.substr(0, last)) + "…";
    last = at;
    at += std::max<std::size_t>(1, character_length(text, at));
  }
  return std::string(text);
}

void sort_unique(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  // clang 14 cannot read what std::ranges::unique returns in libstdc++ 12.
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

std::string count_of(std::size_t count, std::string_view singular) {
  return fmt::format("{} {}{}", count, singular, count == 1 ? "" : "s");
}

std::string list_of(std::span<const std::string> names, std::size_t at_most) {
  if (names.empty()) return "none";
  if (names.size() == 1) return names.front();
  if (names.size() <= at_most) {
    return fmt::format("{} and {}", fmt::join(names.first(names.size() - 1), ", "), names.back());
  }
  return fmt::format("{} and {} more", fmt::join(names.first(at_most), ", "),
                     names.size() - at_most);
}

}  // namespace canarygate
