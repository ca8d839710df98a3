#include "checks/promql/selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "checks/promql/literals.h"
#include "checks/promql/words.h"

namespace canarygate::promql {

namespace {

std::optional<Matcher::Op> operator_of(std::string_view sign) {
  if (sign == "=") return Matcher::Op::equal;
  if (sign == "!=") return Matcher::Op::not_equal;
  if (sign == "=~") return Matcher::Op::matches;
  if (sign == "!~") return Matcher::Op::matches_not;
  return std::nullopt;
}

/// What stands within one pair of braces.
class Braces {
 public:
  explicit Braces(const Token& braces)
      : begin_(braces.begin + 1), inside_(braces.text.substr(1, braces.text.size() - 2)) {}

  Result<std::vector<Matcher>, Mistake> run() {
    auto tokens = tokenize(inside_);
    if (!tokens) return mistake(tokens.error().at, tokens.error().text);
    tokens_ = std::move(*tokens);
    std::vector<Matcher> matchers;
    while (at_ < tokens_.size()) {
      auto matcher = next_matcher();
      if (!matcher) return unexpected(std::move(matcher.error()));
      matchers.push_back(std::move(*matcher));
      if (at_ == tokens_.size()) break;
      if (tokens_[at_].kind != TokenKind::comma) return expected("',' or '}'");
      ++at_;
    }
    return matchers;
  }

 private:
  [[nodiscard]] Unexpected<Mistake> mistake(std::size_t at, std::string text) const {
    return {Mistake{begin_ + at, std::move(text)}};
  }

  [[nodiscard]] Unexpected<Mistake> expected(std::string_view what) const {
    if (at_ == tokens_.size()) {
      return mistake(inside_.size(), fmt::format("expected {}, not '}}'", what));
    }
    return mistake(tokens_[at_].begin,
                   fmt::format("expected {}, not {}", what, shown(tokens_[at_].text)));
  }

  Result<Matcher, Mistake> next_matcher() {
    const bool named = tokens_[at_].kind == TokenKind::word && is_label_name(tokens_[at_].text);
    if (!named) return expected("a label's name (letters, digits and _)");
    const Token& label = tokens_[at_++];
    const auto op = at_ < tokens_.size() ? operator_of(tokens_[at_].text) : std::nullopt;
    if (!op) return expected("=, !=, =~ or !~");
    ++at_;
    if (at_ == tokens_.size() || tokens_[at_].kind != TokenKind::string) {
      return expected("a value in quotes");
    }
    const Token& quoted = tokens_[at_++];
    auto value = read_string(quoted.text);
    if (!value) return mistake(quoted.begin + value.error().at, value.error().text);
    auto matcher = make_matcher(std::string(label.text), *op, std::move(*value));
    if (!matcher) return mistake(quoted.begin, matcher.error());
    return std::move(*matcher);
  }

  std::size_t begin_;
  std::string_view inside_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

constexpr std::string_view kName = "__name__";

}  // namespace

Result<std::vector<Matcher>, Mistake> read_selector(const Token* name, const Token* braces) {
  std::vector<Matcher> matchers;
  if (name != nullptr && !is_metric_name(name->text)) {
    return unexpected(Mistake{name->begin, fmt::format("{} is no metric's name, which has letters, "
                                                       "digits, _ and : only",
                                                       shown(name->text))});
  }
  if (name != nullptr) {
    matchers.push_back(
        Matcher{std::string(kName), Matcher::Op::equal, std::string(name->text), {}});
  }
  if (braces != nullptr) {
    auto more = Braces(*braces).run();
    if (!more) return unexpected(std::move(more.error()));
    const auto names = [](const Matcher& matcher) { return matcher.label == kName; };
    if (name != nullptr && std::ranges::any_of(*more, names)) {
      return unexpected(Mistake{braces->begin, fmt::format("the metric's name is given twice: "
                                                           "before the braces and as {} in them",
                                                           kName)});
    }
    std::ranges::move(*more, std::back_inserter(matchers));
  }
  const auto takes_empty = [](const Matcher& matcher) { return matcher.accepts(""); };
  if (std::ranges::all_of(matchers, takes_empty)) {
    return unexpected(Mistake{braces->begin,
                              "a selector needs a metric's name or a matcher that "
                              "does not accept the empty value, for example "
                              "job=\"web\""});
  }
  return matchers;
}

}  // namespace canarygate::promql
