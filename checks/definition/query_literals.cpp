#include "checks/definition/query_literals.h"

namespace canarygate {

void QueryCursor::pass(std::string_view text) {
  for (const char c : text) {
    if (closing_ == 0) {
      pass_outside(c);
    } else if (escaped_) {
      escaped_ = false;
    } else if (c == closing_) {
      closing_ = 0;
    } else {
      escaped_ = c == '\\' && closing_ != '`';
      // Graphite's operator stands in the literal: 'host=~web-.*'.
      if (dialect_ == QueryDialect::graphite) {
        matches_ = matches_ || (c == '~' && last_ == '=');
        last_ = c;
      }
    }
  }
}

void QueryCursor::pass_outside(char c) {
  if (in_comment_) {
    in_comment_ = c != '\n';
    return;
  }
  if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return;
  const bool promql = dialect_ == QueryDialect::promql;
  const bool after_match = last_ == '~' && (before_last_ == '=' || before_last_ == '!');
  const bool lucene = dialect_ == QueryDialect::lucene;
  const bool quote = c == '"' || (c == '\'' && !lucene) || (promql && c == '`');
  const bool regex = dialect_ == QueryDialect::influxql && c == '/' && after_match;
  in_comment_ = promql && c == '#';
  if (quote || regex) {
    closing_ = c;
    matches_ = after_match;
  }
  before_last_ = last_;
  last_ = c;
}

QueryCursor::At QueryCursor::at() const {
  if (closing_ == 0) return At::outside;
  const bool regex =
      closing_ == '/' ||
      ((dialect_ == QueryDialect::promql || dialect_ == QueryDialect::graphite) && matches_);
  return regex ? At::regex : At::string;
}

}  // namespace canarygate
