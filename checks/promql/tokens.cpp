#include "checks/promql/tokens.h"

#include <fmt/format.h>

#include <optional>

#include "checks/text.h"

namespace canarygate::promql {

namespace {

constexpr std::size_t kUnclosed = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Dots are not Prometheus's, but other servers of the same API know them. A colon may stand in the
// names of recording rules.
bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}
bool continues_word(char c) { return begins_word(c) || is_digit(c) || c == '.'; }

std::size_t end_of_word(std::string_view query, std::size_t at) {
  while (at < query.size() && continues_word(query[at])) ++at;
  return at;
}

/// Digits, units, hexadecimal, and the sign of an exponent: `1e-9`, `0x1F`, `1h30m`.
std::size_t end_of_number(std::string_view query, std::size_t at) {
  const bool hexadecimal = query.substr(at).starts_with("0x") || query.substr(at).starts_with("0X");
  while (at < query.size()) {
    const char c = query[at];
    const char next = at + 1 < query.size() ? query[at + 1] : '\0';
    const bool exponent = !hexadecimal && (c == 'e' || c == 'E') && (next == '-' || next == '+');
    if (exponent) {
      at += 2;
    } else if (continues_word(c) && c != ':') {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

std::size_t end_of_string(std::string_view query, std::size_t at) {
  const char quote = query[at];
  for (++at; at < query.size(); ++at) {
    if (query[at] == quote) return at + 1;
    if (query[at] == '\\' && quote != '`') ++at;
  }
  return kUnclosed;
}

/// From an opening bracket past its closing one. Strings and comments may hold brackets.
std::size_t end_of_brackets(std::string_view query, std::size_t at, char open, char close) {
  int depth = 0;
  while (at < query.size()) {
    const char c = query[at];
    if (c == '"' || c == '\'' || c == '`') {
      at = end_of_string(query, at);
      if (at == kUnclosed) return kUnclosed;
      continue;
    }
    if (c == '#') {
      at = query.find('\n', at);
      if (at == kUnclosed) return kUnclosed;
      continue;
    }
    if (c == open) ++depth;
    if (c == close && --depth == 0) return at + 1;
    ++at;
  }
  return kUnclosed;
}

std::size_t end_of_sign(std::string_view query, std::size_t at) {
  const std::string_view rest = query.substr(at);
  for (const std::string_view sign : {"==", "!=", "<=", ">=", "=~", "!~"}) {
    if (rest.starts_with(sign)) return at + sign.size();
  }
  constexpr std::string_view kSigns = "+-*/%^<>@=";
  return kSigns.find(query[at]) == std::string_view::npos ? kUnclosed : at + 1;
}

/// Kind and end of the token at `at`, which is neither blank nor a comment.
std::optional<Token> token_at(std::string_view query, std::size_t at) {
  const char c = query[at];
  const bool number = is_digit(c) || (c == '.' && at + 1 < query.size() && is_digit(query[at + 1]));
  Token token;
  token.begin = at;
  if (begins_word(c)) {
    token.kind = TokenKind::word;
    token.end = end_of_word(query, at);
  } else if (number) {
    token.kind = TokenKind::number;
    token.end = end_of_number(query, at);
  } else if (c == '"' || c == '\'' || c == '`') {
    token.kind = TokenKind::string;
    token.end = end_of_string(query, at);
  } else if (c == '{') {
    token.kind = TokenKind::matchers;
    token.end = end_of_brackets(query, at, '{', '}');
  } else if (c == '[') {
    token.kind = TokenKind::range;
    token.end = end_of_brackets(query, at, '[', ']');
  } else if (c == '(' || c == ')' || c == ',') {
    token.kind = c == '(' ? TokenKind::open : c == ')' ? TokenKind::close : TokenKind::comma;
    token.end = at + 1;
  } else {
    token.kind = TokenKind::sign;
    token.end = end_of_sign(query, at);
  }
  if (token.end == kUnclosed || token.end > query.size()) return std::nullopt;
  token.text = query.substr(token.begin, token.end - token.begin);
  return token;
}

/// Why there is no token at `at`. A bracket is not closed, too, where a string in it is not.
Mistake mistake_at(std::string_view query, std::size_t at) {
  const char c = query[at];
  if (c == '"' || c == '\'' || c == '`') return {at, "this string is not closed"};
  if (c == '{' || c == '[') return {at, fmt::format("this '{}' is not closed", c)};
  std::size_t end = at + 1;
  while (end < query.size() && (static_cast<unsigned char>(query[end]) & 0xC0U) == 0x80U) ++end;
  return {at, fmt::format("'{}' is no character of the query language",
                          printable(query.substr(at, end - at)))};
}

}  // namespace

Result<std::vector<Token>, Mistake> tokenize(std::string_view query) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < query.size();) {
    const char c = query[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
    } else if (c == '#') {
      const std::size_t line_end = query.find('\n', at);
      at = line_end == std::string_view::npos ? query.size() : line_end;
    } else {
      const auto token = token_at(query, at);
      if (!token) return unexpected(mistake_at(query, at));
      tokens.push_back(*token);
      at = token->end;
    }
  }
  return tokens;
}

bool uses_range_ends(const std::vector<Token>& tokens) {
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const bool end = tokens[i].text == "start" || tokens[i].text == "end";
    if (end && tokens[i - 1].text == "@") return true;
  }
  return false;
}

}  // namespace canarygate::promql
