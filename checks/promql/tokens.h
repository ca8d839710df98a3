/// The words of a PromQL query, as far as one must know them to find its selectors. What stands
/// within `{…}` has the same words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "checks/result.h"

namespace canarygate::promql {

enum class TokenKind {
  word,      ///< a metric, function or keyword
  number,    ///< `0.5`, `1e-9`, `5m`
  string,    ///< with its quotes
  matchers,  ///< `{…}` as a whole
  range,     ///< `[…]` as a whole
  open,      ///< `(`
  close,     ///< `)`
  comma,     ///< `,`
  sign,      ///< any operator that is no word, and `@`
};

struct Token {
  TokenKind kind = TokenKind::sign;
  std::size_t begin = 0;  ///< where it stands in the query
  std::size_t end = 0;    ///< one past it
  std::string_view text;
};

/// Where a query cannot be read, in bytes from its beginning, and why (a clause).
struct Mistake {
  std::size_t at = 0;
  std::string text;
};

/// All tokens of `query`, blanks and comments left out. A mistake where a string or a bracket is
/// not closed, or a character is none of the language's.
[[nodiscard]] Result<std::vector<Token>, Mistake> tokenize(std::string_view query);

/// Whether `@ start()` or `@ end()` is in a query: another moment in each request for a part of it.
[[nodiscard]] bool uses_range_ends(const std::vector<Token>& tokens);

}  // namespace canarygate::promql
