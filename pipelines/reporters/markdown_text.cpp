#include "pipelines/reporters/markdown_text.h"

#include <algorithm>

#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kOpening = "(\"";
constexpr std::string_view kClosing = ".,;:!?)\"";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// Means nothing to Markdown inside of a line.
bool is_plain(char c) {
  constexpr std::string_view kPlain = ".,;:'\"()%+-/!?";
  return is_letter(c) || is_digit(c) || !is_ascii(c) || kPlain.find(c) != std::string_view::npos;
}

/// `!12`, `%12` and `%"name"` are GitLab's merge requests and milestones.
bool is_reference(std::string_view word) {
  for (std::size_t at = 0; at + 1 < word.size(); ++at) {
    const char next = word[at + 1];
    const bool mark = word[at] == '!' || word[at] == '%';
    if (mark && (is_letter(next) || is_digit(next) || next == '"')) return true;
  }
  const std::string lower = to_lower(word);
  const std::size_t issue = lower.find("gh-");
  return issue != std::string::npos && issue + 3 < lower.size() && is_digit(lower[issue + 3]);
}

bool is_address(std::string_view word) {
  return word.find("://") != std::string_view::npos ||
         to_lower(word).find("www.") != std::string::npos;
}

/// `:tada:` and `:100:`, but not the colons of a time.
bool is_emoji(std::string_view word) {
  const std::vector<std::string> parts = split(word, ':');
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    if (parts[i].size() != 2 || !std::ranges::all_of(parts[i], is_digit)) return true;
  }
  return false;
}

/// A bullet, a number or a line where a block begins; GitLab's `/close`.
bool begins_block(std::string_view word) {
  if (word.find_first_not_of("+-") == std::string_view::npos) return true;
  if (word.front() == '/' || word.front() == ':') return true;
  const std::size_t end = word.find_first_not_of(kDigits);
  return end > 0 && end + 1 == word.size() && (word[end] == '.' || word[end] == ')');
}

bool needs_code(std::string_view word, bool first) {
  return !std::ranges::all_of(word, is_plain) || is_reference(word) || is_address(word) ||
         is_emoji(word) || (first && begins_block(word));
}

std::string code_span(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const auto edge = [](char c) { return c == '`' || c == ' '; };
  const char* pad = !text.empty() && (edge(text.front()) || edge(text.back())) ? " " : "";
  return fence + pad + std::string(text) + pad + fence;
}

/// Parsers differ in how they read a `|` inside a cell's code span: it stands outside.
std::string code_spans_of_cell(std::string_view text) {
  std::string cell;
  const std::vector<std::string> parts = split(text, '|');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) cell += "&#124;";
    if (!parts[i].empty()) cell += code_span(parts[i]);
  }
  return cell;
}

/// The length of `` (`judge.detect`), `` where text begins with such a word of ours; 0 where it
/// does not.
std::size_t code_of_ours(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  constexpr std::string_view kMarks = "_.:- ";
  const std::size_t begin = std::min(text.find_first_not_of(kOpening), text.size());
  if (!text.substr(begin).starts_with('`')) return 0;
  const std::size_t close = text.find('`', begin + 1);
  if (close == std::string_view::npos || close - begin > kLongest) return 0;
  const std::string_view inside = text.substr(begin + 1, close - begin - 1);
  if (inside.empty() || inside.front() == ' ' || inside.back() == ' ') return 0;
  const bool name = std::ranges::all_of(inside, [&](char c) {
    return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
  const std::size_t end = std::min(text.find_first_not_of(kClosing, close + 1), text.size());
  return name && (end == text.size() || text[end] == ' ') ? end : 0;
}

std::string rendered(std::string_view word, bool first, bool in_cell) {
  if (!needs_code(word, first)) return std::string(word);
  const std::size_t begin = std::min(word.find_first_not_of(kOpening), word.size());
  const std::size_t end = word.find_last_not_of(kClosing);
  const bool all = end == std::string_view::npos || end < begin;
  const std::string_view inside = all ? word : word.substr(begin, end + 1 - begin);
  std::string code = in_cell ? code_spans_of_cell(inside) : code_span(inside);
  if (all) return code;
  return std::string(word.substr(0, begin)) + code + std::string(word.substr(end + 1));
}

std::string line_of(std::string_view text, bool in_cell) {
  const std::string safe = printable(text);
  std::string_view rest = trim(safe);
  std::string line;
  while (!rest.empty()) {
    const std::size_t ours = code_of_ours(rest);
    const std::size_t end = ours > 0 ? ours : std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    if (ours > 0) {
      line += word;
    } else if (!word.empty()) {
      line += rendered(word, line.empty(), in_cell);
    }
    rest.remove_prefix(end);
    if (!rest.empty()) {
      line += ' ';
      rest.remove_prefix(1);
    }
  }
  return line;
}

bool is_plain_address(std::string_view text) {
  constexpr std::string_view kMarks = "-._~:/?#@!$&'()*+,;=%[]";
  if (!text.starts_with("https://") && !text.starts_with("http://")) return false;
  return std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string markdown_text(std::string_view text) { return line_of(text, false); }

std::string markdown_cell(std::string_view text) { return line_of(text, true); }

std::string markdown_code(std::string_view text) { return code_span(printable(text)); }

std::string markdown_verbatim(std::string_view text) {
  return is_plain_address(text) && printable(text) == text ? "<" + std::string(text) + ">"
                                                           : markdown_code(text);
}

}  // namespace canarygate
