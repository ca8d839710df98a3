#include "checks/metrics/influxql_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "checks/text.h"

namespace canarygate::influxql {

namespace {

using Kind = Word::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_part(char c) {
  // Bytes of characters beyond ASCII are letters as well: a unit may be written `µs`.
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<std::vector<Word>, QueryFault> scan() {
    while (at_ < text_.size() && !fault_) next();
    if (!fault_ && !open_.empty()) fail_at(open_.back(), "this parenthesis is never closed");
    if (fault_) return unexpected(*fault_);
    return std::move(words_);
  }

 private:
  void next() {
    const char c = text_[at_];
    const std::string_view two = text_.substr(at_, 2);
    if (std::string_view(" \t\r\n").find(c) != std::string_view::npos) {
      ++at_;
    } else if (two == "--") {
      at_ = std::min(text_.size(), text_.find('\n', at_));
    } else if (two == "/*") {
      const std::size_t close = text_.find("*/", at_ + 2);
      if (close == std::string_view::npos) {
        fail_at(at_, "this comment is never closed");
      } else {
        at_ = close + 2;
      }
    } else if (c == '\'' || c == '"' || (c == '/' && regex_may_stand_here())) {
      literal(c);
    } else if (c == '$' || is_name_part(c)) {
      std::size_t length = 1;
      const bool number = is_digit(c);
      while (at_ + length < text_.size() &&
             (is_name_part(text_[at_ + length]) || (number && text_[at_ + length] == '.'))) {
        ++length;
      }
      add(c == '$' ? Kind::variable : number ? Kind::number : Kind::name, length);
    } else {
      sign(c, two);
    }
  }

  void sign(char c, std::string_view two) {
    constexpr std::array<std::string_view, 7> kLong = {"=~", "!~", "!=", "<>", "<=", ">=", "::"};
    if (c == ')') {
      if (open_.empty()) {
        fail_at(at_, "nothing is open that this parenthesis could close");
        return;
      }
      open_.pop_back();
    }
    add(Kind::sign, std::ranges::find(kLong, two) != kLong.end() ? 2 : 1);
    if (c == '(') open_.push_back(at_ - 1);
  }

  /// After an operand `/` divides; else it begins a regular expression.
  [[nodiscard]] bool regex_may_stand_here() const {
    if (words_.empty()) return true;
    const Word& last = words_.back();
    switch (last.kind) {
      case Kind::sign:
        return last.text != ")" && last.text != "*";
      case Kind::name:
        return std::ranges::any_of(std::array{"from", "by", "select", "where", "and", "or"},
                                   [&](const char* word) { return is_keyword(last, word); });
      case Kind::variable:
      case Kind::number:
      case Kind::literal:
        return false;
    }
    return false;
  }

  void literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2U : 1U;
    if (end >= text_.size()) {
      fail_at(at_, fmt::format("this {} is never closed",
                               quote == '/' ? "regular expression" : "quote"));
      return;
    }
    add(Kind::literal, end + 1 - at_);
  }

  void add(Kind kind, std::size_t length) {
    words_.push_back({kind, text_.substr(at_, length), at_, open_.size()});
    at_ += length;
  }

  void fail_at(std::size_t offset, std::string text) {
    fault_ = QueryFault{column_at(text_, offset), std::move(text)};
    at_ = text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Word> words_;
  std::vector<std::size_t> open_;  // offsets of the parentheses that are open
  std::optional<QueryFault> fault_;
};

}  // namespace

Result<std::vector<Word>, QueryFault> words_of(std::string_view text) {
  return Scanner(text).scan();
}

bool is_keyword(const Word& word, std::string_view keyword) {
  return word.kind == Kind::name && to_lower(word.text) == keyword;
}

std::size_t column_at(std::string_view text, std::size_t offset) {
  return 1 + characters_in(text.substr(0, offset));
}

}  // namespace canarygate::influxql
