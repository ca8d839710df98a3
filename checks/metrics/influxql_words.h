/// InfluxQL cut into words: just enough to find clauses and to leave literals alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/result.h"

namespace canarygate::influxql {

struct Word {
  enum class Kind {
    name,      ///< a keyword, or an identifier without quotes
    variable,  ///< `$timeFilter`
    number,    ///< `99`, `0.5`, `15s`
    literal,   ///< in quotes of any kind, or a regular expression
    sign       ///< one character, or `=~ !~ != <> <= >=`
  } kind = Kind::sign;
  std::string_view text;  ///< of the query, as written
  std::size_t begin = 0;  ///< bytes
  std::size_t depth = 0;  ///< parentheses that are open around it
  [[nodiscard]] std::size_t end() const { return begin + text.size(); }
};

/// The words of `text`, which they refer to; comments are left out. A fault for a literal,
/// a comment or a parenthesis that is never closed.
[[nodiscard]] Result<std::vector<Word>, QueryFault> words_of(std::string_view text);

/// Whether `word` is the keyword `keyword`, given in lower case.
[[nodiscard]] bool is_keyword(const Word& word, std::string_view keyword);

/// The column of the byte at `offset`: in characters, from 1.
[[nodiscard]] std::size_t column_at(std::string_view text, std::size_t offset);

}  // namespace canarygate::influxql
