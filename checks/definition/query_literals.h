/// Where in a query a place is: outside, in a string, in a regular expression.
///
/// Just enough of each query language to know what a value has to be escaped for.
#pragma once

#include <string_view>

#include "checks/metrics/backend.h"

namespace canarygate {

class QueryCursor {
 public:
  enum class At {
    outside,
    string,  ///< inside quotes
    regex    ///< inside what is matched as a regular expression
  };

  explicit QueryCursor(QueryDialect dialect) : dialect_(dialect) {}

  /// Moves over text that is copied as it is.
  void pass(std::string_view text);

  [[nodiscard]] At at() const;
  /// The character that ends the literal: " ' ` or /; 0 outside.
  [[nodiscard]] char closing() const { return closing_; }
  /// Whether the literal's next character would be escaped.
  [[nodiscard]] bool after_backslash() const { return escaped_; }

 private:
  void pass_outside(char c);

  QueryDialect dialect_;
  char closing_ = 0;
  bool escaped_ = false;     // the character before was a backslash that counts
  bool in_comment_ = false;  // PromQL: from # to the end of the line
  bool matches_ = false;     // the literal stands after =~ or !~, or has =~ in it (Graphite)
  char last_ = 0;            // the last two characters outside that were no space; a literal's last
  char before_last_ = 0;
};

}  // namespace canarygate
