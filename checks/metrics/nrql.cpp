#include "checks/metrics/nrql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/text.h"

namespace canarygate::nrql {

namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:";

/// What ends the list behind SELECT.
constexpr std::array kClauses = {"from", "where", "facet", "with", "order", "extrapolate"};

/// Reads one query. Functions are false when it cannot be asked, and `fault` says why.
class Reader {
 public:
  explicit Reader(const std::string& text) : query{text}, text_(text) {}

  Query query;
  QueryFault fault;

  bool read() {
    while (at_ < text_.size()) {
      if (!next()) return false;
    }
    if (words_ == 0) return refuse(0, kBegin);
    if (depth_ > 0) return refuse(open_, "this parenthesis is never closed");
    query.counts = counting_ && !computing_;
    return true;
  }

 private:
  static constexpr const char* kBegin = "a query begins with SELECT or FROM";

  bool next() {
    const char c = text_[at_];
    if (std::string_view(" \t\r\n").find(c) != std::string_view::npos) {
      ++at_;
      return true;
    }
    const std::string_view two = text_.substr(at_, 2);
    if (two == "--" || two == "//" || two == "/*") {
      return refuse(at_, "leave comments out; what canarygate adds would be part of one");
    }
    if (c == '\'' || c == '"' || c == '`') return pass_literal(c);
    if (kLetters.find(c) != std::string_view::npos) return read_word();
    return read_sign(c);
  }

  bool read_sign(char c) {
    if (words_ == 0) return refuse(at_, kBegin);
    if (c == ';') return refuse(at_, "only one query can be asked; leave the `;` out");
    if (c == ',' && selecting_ && depth_ == 0) {
      return refuse(at_, "it selects more than one number; each is a metric of its own");
    }
    if (c == ')' && depth_ == 0) {
      return refuse(at_, "nothing is open that this parenthesis could close");
    }
    if (c == '(' && depth_++ == 0) open_ = at_;
    if (c == ')') --depth_;
    ++at_;
    return true;
  }

  bool read_word() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of(kLetters, at_), text_.size());
    const std::string word = to_lower(text_.substr(begin, at_ - begin));
    if (words_++ == 0 && word != "select" && word != "from") return refuse(begin, kBegin);
    const std::size_t behind = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    if (behind < text_.size() && text_[behind] == '(') {
      note_function(word);
      return true;
    }
    return read_clause(begin, word);
  }

  bool read_clause(std::size_t begin, const std::string& word) {
    if (word == "since" || word == "until" || word == "timeseries" || word == "slide") {
      return refuse(begin, "time range and buckets are canarygate's to set; leave `" +
                               to_upper(word) + "` out");
    }
    if (word == "compare") return refuse(begin, "`COMPARE WITH` would mix in another time");
    if (word == "limit" && depth_ == 0) {
      return refuse(begin, "`LIMIT` would leave hosts out; canarygate asks for all");
    }
    if (depth_ > 0) return true;
    if (word == "facet") query.has_facet = true;
    if (word == "select") selecting_ = true;
    if (std::ranges::find(kClauses, word) != kClauses.end()) selecting_ = false;
    return true;
  }

  void note_function(const std::string& name) {
    if (!selecting_) return;
    if (name == "count" || name == "uniquecount") {
      counting_ = true;
    } else if (name != "filter" && name != "rate") {
      computing_ = true;
    }
  }

  bool pass_literal(char quote) {
    const std::size_t begin = at_++;
    if (words_ == 0) return refuse(begin, kBegin);
    while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2U : 1U;
    if (at_ >= text_.size()) return refuse(begin, "this quote is never closed");
    ++at_;
    return true;
  }

  static std::string to_upper(std::string word) {
    for (char& c : word) c = static_cast<char>(c - 'a' + 'A');
    return word;
  }

  bool refuse(std::size_t offset, std::string text) {
    fault = {characters_in(text_.substr(0, offset)) + 1, std::move(text)};
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t words_ = 0;
  std::size_t depth_ = 0;  // parentheses that are open
  std::size_t open_ = 0;   // where the outermost of them is
  bool selecting_ = false;
  bool counting_ = false;
  bool computing_ = false;
};

}  // namespace

Result<Query, QueryFault> parse(const std::string& text) {
  Reader reader(text);
  if (!reader.read()) return unexpected(std::move(reader.fault));
  return std::move(reader.query);
}

std::string text_for(const Query& query, const std::string& host_label, const Grid& grid) {
  const bool plain = host_label.find_first_not_of(kLetters) == std::string::npos;
  const std::string quote = plain ? "" : "`";
  const std::string facet = query.has_facet ? "" : " FACET " + quote + host_label + quote;
  return fmt::format("{}{} SINCE {} UNTIL {} TIMESERIES {} seconds LIMIT MAX", trim(query.text),
                     facet, grid.start.time_since_epoch().count(),
                     grid.end().time_since_epoch().count(),
                     std::chrono::duration_cast<std::chrono::seconds>(grid.step).count());
}

}  // namespace canarygate::nrql
