#include "checks/promql/freshness.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <span>
#include <vector>

#include "checks/promql/tokens.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using promql::Token;
using promql::TokenKind;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// Keywords are case-insensitive, function names are not.
bool takes_labels(const Token& word) {
  return is_one_of(to_lower(word.text),
                   {"by", "without", "on", "ignoring", "group_left", "group_right"});
}
bool follows_operator(const Token& word) {
  return is_one_of(to_lower(word.text), {"bool", "on", "ignoring", "group_left", "group_right"});
}
bool groups(const Token& word) { return is_one_of(to_lower(word.text), {"by", "without"}); }
bool is_number_word(const Token& word) { return is_one_of(to_lower(word.text), {"inf", "nan"}); }

/// Functions whose meaning, or whose right to exist, hangs on a bare selector as their argument.
/// (Those of ranges get a selector without a range only from servers that supply one.)
bool wants_bare_selector(std::string_view function) {
  return function.ends_with("_over_time") ||
         is_one_of(function, {"timestamp", "info", "rate", "irate", "increase", "delta", "idelta",
                              "deriv", "changes", "resets", "predict_linear", "holt_winters",
                              "double_exponential_smoothing"});
}

/// An instant or range vector selector and what belongs to it.
struct Selector {
  std::size_t next = 0;        // the first token after it
  std::string_view series;     // `name{matchers}`
  std::string_view modifiers;  // ` offset 5m @ 1795212778`, with the blank before it; often empty
  bool ranges = false;         // `name[5m]`
};

class Rewriter {
 public:
  Rewriter(std::string_view query, std::span<const Token> tokens, Duration freshness)
      : query_(query), tokens_(tokens), range_(fmt::format("[{}ms]", freshness.count() - 1)) {}

  std::optional<std::string> run() {
    while (readable_ && at_ < tokens_.size()) step();
    if (!readable_ || expects_operand_ || !calls_.empty()) return std::nullopt;
    return text_ + std::string(query_.substr(copied_));
  }

 private:
  [[nodiscard]] bool is(std::size_t index, TokenKind kind) const {
    return index < tokens_.size() && tokens_[index].kind == kind;
  }

  void step() {
    const Token& token = tokens_[at_];
    switch (token.kind) {
      case TokenKind::word:
        return expects_operand_ ? operand_word(token) : operator_word(token);
      case TokenKind::matchers:
        return expects_operand_ ? selector() : give_up();
      case TokenKind::number:
      case TokenKind::string:
        if (!expects_operand_) return give_up();
        return advance(1, false);
      case TokenKind::range:  // a subquery; selectors take their own ranges
        return expects_operand_ ? give_up() : advance(1, false);
      case TokenKind::open:
        return open();
      case TokenKind::close:
        if (calls_.empty()) return give_up();
        calls_.pop_back();
        return advance(1, false);
      case TokenKind::sign:
        if (token.text == "=") return give_up();  // it belongs in braces only
        return advance(1, true);
      case TokenKind::comma:
        return advance(1, true);
    }
  }

  void operator_word(const Token& word) {
    if (takes_labels(word) && is(at_ + 1, TokenKind::open)) {
      return skip_labels(at_ + 1, !groups(word));
    }
    advance(1, true);
  }

  void operand_word(const Token& word) {
    if (follows_operator(word)) {
      if (takes_labels(word) && is(at_ + 1, TokenKind::open)) return skip_labels(at_ + 1, true);
      return advance(1, true);
    }
    if (is_number_word(word)) return advance(1, false);
    if (is(at_ + 1, TokenKind::word) && groups(tokens_[at_ + 1])) {
      return is(at_ + 2, TokenKind::open) ? skip_labels(at_ + 2, true) : give_up();
    }
    if (!is(at_ + 1, TokenKind::open)) return selector();
    // Templates of another server give words a new meaning.
    if (to_lower(word.text) == "with") return give_up();
    if (word.text == "absent" && absent_of_selector()) return;
    calls_.push_back(wants_bare_selector(word.text));
    advance(2, true);
  }

  void open() {
    if (!expects_operand_) return give_up();
    // `timestamp((S))` is `timestamp(S)`, but in `f(sum by (x) (S))` S is not f's argument.
    calls_.push_back(!calls_.empty() && calls_.back() && begins_argument(at_));
    advance(1, true);
  }

  void skip_labels(std::size_t from, bool then_operand) {
    while (from < tokens_.size() && tokens_[from].kind != TokenKind::close) ++from;
    if (from == tokens_.size()) return give_up();
    at_ = from + 1;
    expects_operand_ = then_operand;
  }

  /// `absent(S)` names its result after S's matchers, so S stays; what it misses is added.
  bool absent_of_selector() {
    if (!is(at_ + 2, TokenKind::word) && !is(at_ + 2, TokenKind::matchers)) return false;
    const auto found = selector_at(at_ + 2);
    if (!found || found->ranges || !is(found->next, TokenKind::close)) return false;
    replace(tokens_[at_].begin, tokens_[found->next].end,
            fmt::format("(absent({0}{1}) or absent_over_time({0}{2}{1}))", found->series,
                        found->modifiers, range_));
    at_ = found->next + 1;
    expects_operand_ = false;
    return true;
  }

  void selector() {
    const auto found = selector_at(at_);
    if (!found) return give_up();
    if (!found->ranges && !stays_bare(*found)) {
      replace(tokens_[at_].begin, tokens_[found->next - 1].end,
              fmt::format("({0}{1} and last_over_time({0}{2}{1}))", found->series, found->modifiers,
                          range_));
    }
    at_ = found->next;
    expects_operand_ = false;
  }

  /// Within parentheses: whether nothing stands between an opening one, or a comma, and `index`.
  [[nodiscard]] bool begins_argument(std::size_t index) const {
    return is(index - 1, TokenKind::open) || is(index - 1, TokenKind::comma);
  }

  /// Whether the selector is the whole argument of a function that wants it so.
  [[nodiscard]] bool stays_bare(const Selector& found) const {
    if (calls_.empty() || !calls_.back()) return false;
    return begins_argument(at_) &&
           (is(found.next, TokenKind::close) || is(found.next, TokenKind::comma));
  }

  [[nodiscard]] std::optional<Selector> selector_at(std::size_t first) const {
    Selector found;
    std::size_t last = first;
    if (is(first, TokenKind::word) && is(first + 1, TokenKind::matchers)) ++last;
    found.series = between(tokens_[first].begin, tokens_[last].end);
    found.next = last + 1;
    if (is(found.next, TokenKind::range) &&
        tokens_[found.next].text.find(':') == std::string_view::npos) {
      found.ranges = true;
      ++found.next;
      return found;  // its modifiers change nothing for us
    }
    while (const std::size_t length = modifier_length(found.next)) found.next += length;
    found.modifiers = between(tokens_[last].end, tokens_[found.next - 1].end);
    return found;
  }

  /// How many tokens the `offset …` or `@ …` at `index` has; 0 when there is none.
  [[nodiscard]] std::size_t modifier_length(std::size_t index) const {
    if (index >= tokens_.size()) return 0;
    const bool offset = is(index, TokenKind::word) && to_lower(tokens_[index].text) == "offset";
    if (!offset && tokens_[index].text != "@") return 0;
    if (is(index + 1, TokenKind::number)) return 2;
    if (is(index + 1, TokenKind::sign) && is(index + 2, TokenKind::number)) return 3;
    const bool call = is(index + 1, TokenKind::word) && is(index + 2, TokenKind::open) &&
                      is(index + 3, TokenKind::close);
    return call ? 4 : 0;  // `@ start()`
  }

  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const {
    return query_.substr(begin, end - begin);
  }

  void replace(std::size_t begin, std::size_t end, const std::string& text) {
    text_ += between(copied_, begin);
    text_ += text;
    copied_ = end;
  }

  void advance(std::size_t count, bool then_operand) {
    at_ += count;
    expects_operand_ = then_operand;
  }

  void give_up() { readable_ = false; }

  std::string_view query_;
  std::span<const Token> tokens_;
  std::string range_;
  std::string text_;         // the new query so far
  std::size_t copied_ = 0;   // how much of the old one is in it
  std::size_t at_ = 0;       // the next token
  std::vector<bool> calls_;  // the open parentheses: whether each wants bare selectors
  bool expects_operand_ = true;
  bool readable_ = true;
};

}  // namespace

std::optional<std::string> require_fresh(std::string_view query, Duration freshness) {
  const auto tokens = promql::tokenize(query);
  if (!tokens) return std::nullopt;
  return Rewriter(query, *tokens, freshness).run();
}

}  // namespace canarygate
