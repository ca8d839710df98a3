#include "checks/promql/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

#include "checks/promql/literals.h"
#include "checks/promql/node.h"
#include "checks/promql/selector.h"
#include "checks/promql/tokens.h"
#include "checks/promql/words.h"
#include "checks/text.h"

namespace canarygate::promql {

namespace {

// Bounds the recursion here, in the evaluation, and where a tree is torn down.
constexpr int kDeepest = 200;

/// A part of the query that was read, and where it begins. No node: a mistake was made.
struct Part {
  NodePointer node;
  std::size_t begin = 0;

  explicit operator bool() const { return node != nullptr; }
  [[nodiscard]] Type type() const { return node->type; }
};

/// Operator precedence climbing. The first mistake ends it.
class Parser {
 public:
  Parser(std::string_view query, std::span<const Token> tokens) : query_(query), tokens_(tokens) {}

  Result<NodePointer, Mistake> run() {
    if (tokens_.empty()) return unexpected(Mistake{0, "the query is empty"});
    const Part part = expression(0);
    if (part && at_ < tokens_.size()) (void)misplaced("the end of the query");
    if (part && part.type() == Type::range) {
      (void)fail(part.begin,
                 "a range vector has no value of its own; wrap it in rate, irate, "
                 "increase or delta");
    }
    if (failed_) return unexpected(std::move(mistake_));
    return part.node;
  }

 private:
  [[nodiscard]] bool is(TokenKind kind, std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].kind == kind;
  }
  [[nodiscard]] bool is_word(bool (*test)(std::string_view), std::size_t ahead = 0) const {
    return is(TokenKind::word, ahead) && test(tokens_[at_ + ahead].text);
  }
  [[nodiscard]] const Token& next() { return tokens_[at_++]; }
  /// Where the next token begins, or the query ends.
  [[nodiscard]] std::size_t place() const {
    return at_ < tokens_.size() ? tokens_[at_].begin : query_.size();
  }

  Part fail(std::size_t at, std::string text) {
    if (!failed_) mistake_ = {at, std::move(text)};
    failed_ = true;
    return {};
  }

  /// Something stands where an operator or `wanted` would.
  Part misplaced(std::string_view wanted) {
    return fail(place(), no_operator(tokens_[at_].text, wanted));
  }

  /// Not for the query's end.
  [[nodiscard]] Part expected(std::string_view what) {
    if (at_ == tokens_.size())
      return fail(place(), fmt::format("the query ends where {} is expected", what));
    return fail(place(), fmt::format("expected {}, not {}", what, shown(tokens_[at_].text)));
  }

  template <typename What>
  Part make(std::size_t begin, Type type, What what, std::initializer_list<Part> below = {}) {
    int height = 1;
    for (const Part& part : below) height = std::max(height, part.node->height + 1);
    if (height > kDeepest) return too_deep(begin);
    return {std::make_shared<const Node>(Node{std::move(what), type, height}), begin};
  }

  Part too_deep(std::size_t at) {
    return fail(at, fmt::format("the query is nested more than {} levels deep", kDeepest));
  }

  static int precedence(const Token& token) {
    if (token.text == "+" || token.text == "-") return 1;
    return token.text == "*" || token.text == "/" ? 2 : 0;
  }

  static Operator operator_of(const Token& token) {
    switch (token.text.front()) {
      case '+':
        return Operator::add;
      case '-':
        return Operator::subtract;
      case '*':
        return Operator::multiply;
      default:
        return Operator::divide;
    }
  }

  /// Operands joined by operators that bind more tightly than `looser`.
  Part expression(int looser) {
    Part left = signed_operand();
    while (left && is(TokenKind::sign) && precedence(tokens_[at_]) > looser) {
      const Token sign = next();
      if (is_word(is_matching)) {
        return fail(place(), fmt::format("{} is not possible on scraped numbers; vectors match "
                                         "where all their labels are equal",
                                         shown(tokens_[at_].text)));
      }
      const Part right = expression(precedence(sign));
      if (!right || !calculates(left) || !calculates(right)) return {};
      const bool numbers = left.type() == Type::number && right.type() == Type::number;
      left = make(left.begin, numbers ? Type::number : Type::vector,
                  Operation{operator_of(sign), left.node, right.node}, {left, right});
    }
    return left;
  }

  [[nodiscard]] bool calculates(const Part& part) {
    if (part.type() != Type::range) return true;
    (void)fail(part.begin,
               "an operator takes numbers and instant vectors, and this is a range vector");
    return false;
  }

  /// Signs bind as tightly as `*`, so what follows them is one operand.
  Part signed_operand() {
    if (!is(TokenKind::sign) || precedence(tokens_[at_]) != 1) return operand();
    if (++depth_ > kDeepest) return too_deep(place());
    const Token sign = next();
    const Part part = signed_operand();
    --depth_;
    if (!part || !calculates(part)) return {};
    if (sign.text == "+") return {part.node, sign.begin};
    return make(sign.begin, part.type(), Negation{part.node}, {part});
  }

  Part operand() {
    if (at_ == tokens_.size()) return expected("an expression");
    switch (tokens_[at_].kind) {
      case TokenKind::word:
        return word();
      case TokenKind::matchers:
        return selector();
      case TokenKind::number:
        return number();
      case TokenKind::string:
        return fail(place(),
                    "a string is no expression; scraped numbers know no function that "
                    "takes one");
      case TokenKind::open:
        return parenthesized();
      case TokenKind::range:
      case TokenKind::close:
      case TokenKind::comma:
      case TokenKind::sign:
        break;
    }
    return expected("an expression");
  }

  Part number() {
    const Token& token = tokens_[at_];
    const auto value = read_number(token.text);
    if (!value && read_range(token.text)) {
      return fail(place(), fmt::format("the duration {} can only stand in brackets, as in "
                                       "requests_total[{}]",
                                       shown(token.text), token.text));
    }
    if (!value) return fail(place(), fmt::format("{} is no number", shown(token.text)));
    return make(next().begin, Type::number, Number{*value});
  }

  Part word() {
    const Token& token = tokens_[at_];
    const std::string lower = to_lower(token.text);
    const bool called = is(TokenKind::open, 1);
    const bool grouped = is_word(is_grouping, 1);  // no metric has that behind its name
    const auto kind = aggregation(token.text);
    if (kind && (called || grouped)) return aggregate(*kind);
    if (called && range_function(token.text)) return range_call();
    if (called && token.text == kHistogramQuantile) return histogram_quantile();
    if (called || (grouped && is_called_behind_labels())) {
      return fail(place(), unknown_call(token.text));
    }
    if (lower == "inf" || lower == "nan") {
      using Limits = std::numeric_limits<double>;
      return make(next().begin, Type::number,
                  Number{lower == "inf" ? Limits::infinity() : Limits::quiet_NaN()});
    }
    if (is_matching(token.text)) return expected("an expression");
    return selector();
  }

  /// `word by (a, b) (`
  [[nodiscard]] bool is_called_behind_labels() const {
    std::size_t ahead = 2;
    while (at_ + ahead < tokens_.size() && !is(TokenKind::close, ahead)) ++ahead;
    return is(TokenKind::open, 2) && is(TokenKind::open, ahead + 1);
  }

  Part parenthesized() {
    if (++depth_ > kDeepest) return too_deep(place());
    const std::size_t begin = place();
    const auto inner = arguments();
    --depth_;
    if (inner.empty()) return {};
    if (inner.size() > 1) {
      return fail(begin, "these parentheses hold several expressions and belong to no function");
    }
    return {inner.front().node, begin};
  }

  Part selector() {
    const std::size_t begin = place();
    const Token* const name = is(TokenKind::word) ? &next() : nullptr;
    const Token* const braces = is(TokenKind::matchers) ? &next() : nullptr;
    auto matchers = read_selector(name, braces);
    if (!matchers) return fail(matchers.error().at, matchers.error().text);
    Selector selector{std::move(*matchers), Duration(0)};
    if (!is(TokenKind::range)) return make(begin, Type::vector, std::move(selector));
    const std::string_view range = tokens_[at_].text;
    if (range.find(':') != std::string_view::npos) return misplaced("");
    const auto length = read_range(range.substr(1, range.size() - 2));
    if (!length || length->count() == 0) {
      return fail(place(), fmt::format("expected a range like [5m], [1h30m] or [500ms], not {}",
                                       shown(range)));
    }
    selector.range = *length;
    ++at_;
    return make(begin, Type::range, std::move(selector));
  }

  /// From the opening parenthesis past the closing one. Empty after a mistake, and `()` is one.
  std::vector<Part> arguments() {
    const std::size_t open = next().begin;
    std::vector<Part> parts;
    while (true) {
      parts.push_back(expression(0));
      if (!parts.back()) return {};
      if (is(TokenKind::close)) break;
      if (at_ == tokens_.size()) {
        (void)fail(open, "this '(' is not closed");
        return {};
      }
      if (!is(TokenKind::comma)) {
        (void)misplaced("')'");
        return {};
      }
      ++at_;
    }
    ++at_;
    return parts;
  }

  /// The arguments of the function that `name` is, as many as `count`.
  std::vector<Part> arguments_of(const Token& name, std::size_t count) {
    if (++depth_ > kDeepest) {
      (void)too_deep(name.begin);
      return {};
    }
    std::vector<Part> parts = arguments();
    --depth_;
    if (parts.empty() || parts.size() == count) return parts;
    (void)fail(name.begin, fmt::format("{} takes {}, not {}", shown(name.text),
                                       count_of(count, "argument"), parts.size()));
    return {};
  }

  /// A mistake unless `part` has the type that `name` needs.
  [[nodiscard]] bool suits(const Part& part, Type needed, const Token& name) {
    if (part.type() == needed) return true;
    const std::string_view example = needed == Type::range ? " like requests_total[5m]" : "";
    (void)fail(part.begin, fmt::format("{} needs {}{}, and this is {}", shown(name.text),
                                       type_name(needed), example, type_name(part.type())));
    return false;
  }

  Part range_call() {
    const Token& name = next();
    const auto parts = arguments_of(name, 1);
    if (parts.empty() || !suits(parts.front(), Type::range, name)) return {};
    return make(name.begin, Type::vector,
                RangeCall{*range_function(name.text), std::get<Selector>(parts.front().node->what)},
                {parts.front()});
  }

  Part histogram_quantile() {
    const Token& name = next();
    const auto parts = arguments_of(name, 2);
    if (parts.empty() || !suits(parts[0], Type::number, name) ||
        !suits(parts[1], Type::vector, name)) {
      return {};
    }
    return make(name.begin, Type::vector, HistogramQuantile{parts[0].node, parts[1].node},
                {parts[0], parts[1]});
  }

  Part aggregate(AggregationKind kind) {
    const Token& name = next();
    Aggregation found;
    found.kind = kind;
    const bool before = is_word(is_grouping);
    if (before && !grouping(found)) return {};
    if (!is(TokenKind::open)) return expected("'(' and what to aggregate");
    const auto parts = arguments_of(name, 1);
    if (parts.empty() || !suits(parts.front(), Type::vector, name)) return {};
    if (!before && is_word(is_grouping) && !grouping(found)) return {};
    found.operand = parts.front().node;
    return make(name.begin, Type::vector, std::move(found), {parts.front()});
  }

  /// `by (a, b)`, from its word on.
  [[nodiscard]] bool grouping(Aggregation& found) {
    const Token& name = next();
    found.without = to_lower(name.text) == "without";
    const std::string opening = fmt::format("'(' and labels after {}", shown(name.text));
    if (!is(TokenKind::open)) return bool(expected(opening));
    ++at_;
    while (!is(TokenKind::close)) {
      if (!is_word(is_label_name)) return bool(expected("a label's name or ')'"));
      found.labels.emplace_back(next().text);
      if (is(TokenKind::comma)) {
        ++at_;
      } else if (!is(TokenKind::close)) {
        return bool(expected("',' or ')'"));
      }
    }
    ++at_;
    return true;
  }

  std::string_view query_;
  std::span<const Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
  Mistake mistake_;
};

Fault fault_of(std::string_view query, Mistake mistake) {
  return {characters_in(query.substr(0, mistake.at)) + 1, std::move(mistake.text)};
}

}  // namespace

Result<Query, Fault> parse(std::string_view query) {
  const auto tokens = tokenize(query);
  if (!tokens) return unexpected(fault_of(query, tokens.error()));
  auto root = Parser(query, *tokens).run();
  if (!root) return unexpected(fault_of(query, std::move(root.error())));
  return Query(std::move(*root));
}

}  // namespace canarygate::promql
