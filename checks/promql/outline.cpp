#include "checks/promql/outline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "checks/promql/literals.h"
#include "checks/promql/tokens.h"
#include "checks/promql/words.h"
#include "checks/text.h"

namespace canarygate::promql {

namespace {

constexpr std::array<std::string_view, 15> kAggregations = {
    "sum",  "avg",     "min",      "max",    "count",       "group",        "stddev", "stdvar",
    "topk", "bottomk", "quantile", "limitk", "limit_ratio", "count_values", "mad"};

/// How tightly an operator binds; 0 for what is none.
int strength(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, int>, 16> kStrengths = {{{"or", 1},
                                                                            {"and", 2},
                                                                            {"unless", 2},
                                                                            {"==", 3},
                                                                            {"!=", 3},
                                                                            {"<", 3},
                                                                            {"<=", 3},
                                                                            {">", 3},
                                                                            {">=", 3},
                                                                            {"+", 4},
                                                                            {"-", 4},
                                                                            {"*", 5},
                                                                            {"/", 5},
                                                                            {"%", 5},
                                                                            {"atan2", 5},
                                                                            {"^", 6}}};
  for (const auto& [name, strength] : kStrengths) {
    if (name == word) return strength;
  }
  return 0;
}
constexpr int kPower = 6;

/// Functions that parse are false when there is a fault.
class Outliner {
 public:
  Outliner(std::string_view query, const std::vector<Token>& tokens)
      : query_(query), tokens_(tokens) {}

  Result<Outline, Fault> run() {
    Outline root;
    if (!parse(root, 1)) return unexpected(fault_);
    if (at_ < tokens_.size()) {
      complain(fmt::format("expected an operator or the end of the query, not {}",
                           shown(tokens_[at_].text)));
      return unexpected(fault_);
    }
    return root;
  }

 private:
  [[nodiscard]] const Token* peek(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  [[nodiscard]] bool is(TokenKind kind, std::size_t ahead = 0) const {
    const Token* token = peek(ahead);
    return token != nullptr && token->kind == kind;
  }
  [[nodiscard]] std::string word(std::size_t ahead = 0) const {
    const Token* token = peek(ahead);
    return token == nullptr ? "" : to_lower(token->text);
  }
  [[nodiscard]] std::size_t end_of_last() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }

  bool complain(std::string text) {
    const std::size_t place = at_ < tokens_.size() ? tokens_[at_].begin : query_.size();
    fault_ = {characters_in(query_.substr(0, place)) + 1, std::move(text)};
    return false;
  }

  bool expect(TokenKind kind, std::string_view what) {
    if (is(kind)) {
      ++at_;
      return true;
    }
    const Token* token = peek();
    return complain(token == nullptr
                        ? fmt::format("the query ends where {} is missing", what)
                        : fmt::format("{} is missing in front of {}", what, shown(token->text)));
  }

  bool parse(Outline& node, int weakest) {
    if (++depth_ > kDeepestOutlined) {
      return complain(fmt::format("nested more than {} deep", kDeepestOutlined));
    }
    if (!operand(node)) return false;
    for (int binds = strength(word()); binds >= weakest && binds > 0; binds = strength(word())) {
      if (!another()) return false;
      Outline whole;
      whole.kind = Outline::Kind::binary;
      whole.name = word();
      whole.word = {peek()->begin, peek()->end};
      ++at_;
      whole.children.resize(2);
      if (!modifiers(whole)) return false;
      if (!parse(whole.children[1], binds == kPower ? binds : binds + 1)) return false;
      whole.place = {node.place.begin, end_of_last()};
      whole.children[0] = std::move(node);
      node = std::move(whole);
    }
    --depth_;
    return true;
  }

  /// A chain of operators is a tree as deep as it is long.
  bool another() {
    if (++chained_ <= kMostOutlinedOperators) return true;
    return complain(fmt::format("more than {} operators", kMostOutlinedOperators));
  }

  /// `bool`, `on (…)`, `group_left (…)` behind an operator.
  bool modifiers(Outline& node) {
    if (word() == "bool") {
      node.is_bool = true;
      ++at_;
    }
    if (word() == "on" || word() == "ignoring") {
      if (!labels(node)) return false;
    }
    if (word() == "group_left" || word() == "group_right") {
      node.many = word();
      ++at_;
      LabelList ignored;
      if (is(TokenKind::open) && node.labels && !names(ignored)) return false;
    }
    return true;
  }

  bool labels(Outline& node) {
    LabelList labels;
    labels.word = word();
    labels.place.begin = peek()->begin;
    ++at_;
    if (!names(labels)) return false;
    labels.place.end = end_of_last();
    node.labels = std::move(labels);
    return true;
  }

  /// `(a, b)`
  bool names(LabelList& labels) {
    if (!expect(TokenKind::open, "'('")) return false;
    while (!is(TokenKind::close)) {
      if (!is(TokenKind::word) && !is(TokenKind::string)) {
        return expect(TokenKind::word, "a label");
      }
      labels.names.emplace_back(peek()->text);
      ++at_;
      if (!is(TokenKind::comma)) break;
      ++at_;
    }
    return expect(TokenKind::close, "')'");
  }

  bool operand(Outline& node) {
    const Token* token = peek();
    if (token == nullptr) return complain("the query ends where a value is missing");
    if (token->text == "-" || token->text == "+") {
      node.kind = Outline::Kind::unary;
      node.name = token->text;
      node.word = {token->begin, token->end};
      ++at_;
      node.children.resize(1);
      if (!parse(node.children[0], kPower)) return false;
      node.place = {token->begin, end_of_last()};
      return true;
    }
    if (!primary(node)) return false;
    node.place = {token->begin, end_of_last()};
    return postfixes(node);
  }

  bool primary(Outline& node) {
    const Token& token = *peek();
    node.name = token.text;
    node.word = {token.begin, token.end};
    switch (token.kind) {
      case TokenKind::number:
      case TokenKind::string:
        node.kind = token.kind == TokenKind::number ? Outline::Kind::number : Outline::Kind::string;
        ++at_;
        return true;
      case TokenKind::open:
        node.kind = Outline::Kind::group;
        node.name.clear();
        ++at_;
        node.children.resize(1);
        return parse(node.children[0], 1) && expect(TokenKind::close, "')'");
      case TokenKind::matchers:
        node.kind = Outline::Kind::selector;
        node.name.clear();
        node.word = {};
        node.matchers = {token.begin, token.end};
        ++at_;
        return true;
      case TokenKind::word:
        return word_first(node);
      default:
        return complain(fmt::format("{} stands where a value is missing", shown(token.text)));
    }
  }

  /// A number's name, a call, an aggregation, or a selector.
  bool word_first(Outline& node) {
    const std::string lower = word();
    const bool aggregates = std::ranges::find(kAggregations, lower) != kAggregations.end();
    const bool grouped = word(1) == "by" || word(1) == "without";
    if (aggregates && (is(TokenKind::open, 1) || grouped)) {
      node.kind = Outline::Kind::aggregation;
      node.name = lower;
      ++at_;
      return aggregation(node);
    }
    ++at_;
    if (is(TokenKind::open)) {
      node.kind = Outline::Kind::call;
      return arguments(node);
    }
    if (lower == "inf" || lower == "nan") {
      node.kind = Outline::Kind::number;
      return true;
    }
    node.kind = Outline::Kind::selector;
    if (is(TokenKind::matchers)) {
      node.matchers = {peek()->begin, peek()->end};
      ++at_;
    }
    return true;
  }

  bool aggregation(Outline& node) {
    const auto grouping = [this] { return word() == "by" || word() == "without"; };
    if (grouping() && !labels(node)) return false;
    if (!arguments(node)) return false;
    return node.labels || !grouping() || labels(node);
  }

  bool arguments(Outline& node) {
    if (!expect(TokenKind::open, "'('")) return false;
    while (!is(TokenKind::close)) {
      if (!parse(node.children.emplace_back(), 1)) return false;
      if (!is(TokenKind::comma)) break;
      ++at_;
    }
    return expect(TokenKind::close, "')'");
  }

  /// `[5m]`, `[1h:5m]`, `offset 1d`, `@ 0`.
  bool postfixes(Outline& node) {
    while (peek() != nullptr) {
      if (is(TokenKind::range)) {
        const Place range{peek()->begin, peek()->end};
        const bool subquery = peek()->text.find(':') != std::string_view::npos;
        if (!subquery && (node.kind != Outline::Kind::selector || !node.range.empty())) {
          return complain(fmt::format("{} belongs behind a selector", shown(peek()->text)));
        }
        if (subquery && !another()) return false;
        ++at_;
        if (subquery) wrap(node);
        node.range = range;
      } else if (word() == "offset" || word() == "@") {
        node.is_offset = true;
        ++at_;
        if (word() == "-" || word() == "+") ++at_;
        const bool calls = word() == "start" || word() == "end";
        if (!is(TokenKind::number) && !calls) return expect(TokenKind::number, "a time");
        ++at_;
        LabelList ignored;
        if (calls && !names(ignored)) return false;
      } else {
        break;
      }
      node.place.end = end_of_last();
    }
    return true;
  }

  static void wrap(Outline& node) {
    Outline whole;
    whole.kind = Outline::Kind::subquery;
    whole.place.begin = node.place.begin;
    whole.children.push_back(std::move(node));
    node = std::move(whole);
  }

  std::string_view query_;
  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t chained_ = 0;
  Fault fault_;
};

std::optional<double> number(std::string_view text) {
  const std::string lower = to_lower(text);
  if (lower == "inf") return std::numeric_limits<double>::infinity();
  if (lower == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (const auto value = read_number(text)) return value;
  if (const auto length = read_range(text)) {
    return static_cast<double>(length->count()) / 1000;
  }
  return std::nullopt;
}

std::optional<double> arithmetic(const std::string& name, double left, double right) {
  if (name == "+") return left + right;
  if (name == "-") return left - right;
  if (name == "*") return left * right;
  if (name == "/") return left / right;
  if (name == "%") return std::fmod(left, right);
  if (name == "^") return std::pow(left, right);
  if (name == "atan2") return std::atan2(left, right);
  return std::nullopt;
}

}  // namespace

Result<Outline, Fault> outline(std::string_view query) {
  if (query.size() > kLongestOutlined) {
    return unexpected(Fault{1, "the query is longer than 64 KiB"});
  }
  const auto tokens = tokenize(query);
  if (!tokens) {
    return unexpected(
        Fault{characters_in(query.substr(0, tokens.error().at)) + 1, tokens.error().text});
  }
  return Outliner(query, *tokens).run();
}

std::optional<double> constant(const Outline& node, std::string_view query) {
  switch (node.kind) {
    case Outline::Kind::number:
      return number(node.word.of(query));
    case Outline::Kind::group:
      return constant(node.children[0], query);
    case Outline::Kind::unary: {
      const auto value = constant(node.children[0], query);
      return value && node.name == "-" ? -*value : value;
    }
    case Outline::Kind::binary: {
      const auto left = constant(node.children[0], query);
      const auto right = constant(node.children[1], query);
      return left && right ? arithmetic(node.name, *left, *right) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

const Outline& inside(const Outline& node) {
  return node.kind == Outline::Kind::group ? inside(node.children[0]) : node;
}

}  // namespace canarygate::promql
