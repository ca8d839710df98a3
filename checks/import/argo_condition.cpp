#include "checks/import/argo_condition.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <vector>

#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::argo {

namespace {

using Of = Condition::Of;
using Missing = Condition::Missing;

constexpr const char* kPossible =
    "possible are comparisons of result, result[0] or default(result, N) with a number, isNaN, "
    "isNil, len(result) with 0, all, any and none of (result, # < N), and &&, ||, ! and "
    "parentheses";
constexpr std::size_t kDeepest = 50;

struct Token {
  enum class Kind { end, name, number, sign, strange } kind = Kind::end;
  std::string text;
  std::size_t column = 1;
};

/// Ends the parse from within; never leaves parse_condition.
struct Refused {
  ConditionFault fault;
};

std::vector<Token> tokens_of(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kDigits = "0123456789";
  std::vector<Token> tokens;
  std::size_t at = 0;
  const auto run_of = [&](std::string_view characters) {
    const std::size_t end = std::min(text.find_first_not_of(characters, at), text.size());
    return text.substr(at, end - at);
  };
  while (true) {
    at += run_of(" \t\r\n").size();
    Token token{Token::Kind::end, "", characters_in(text.substr(0, at)) + 1};
    if (at == text.size()) {
      tokens.push_back(token);
      return tokens;
    }
    const char c = text[at];
    if (kLetters.find(c) != std::string_view::npos) {
      token.kind = Token::Kind::name;
      token.text = run_of(std::string(kLetters) + std::string(kDigits));
    } else if (kDigits.find(c) != std::string_view::npos || c == '.') {
      token.kind = Token::Kind::number;
      token.text = run_of("0123456789.eE_xXabcdefABCDEF");
      const bool signed_exponent = token.text.ends_with('e') || token.text.ends_with('E');
      if (signed_exponent && at + token.text.size() < text.size()) {
        const char sign = text[at + token.text.size()];
        if (sign == '-' || sign == '+') {
          const std::size_t begin = at;
          at += token.text.size() + 1;
          token.text += sign + std::string(run_of(kDigits));
          at = begin;
        }
      }
    } else {
      const std::string_view two = text.substr(at, 2);
      const bool is_two =
          two == "&&" || two == "||" || two == "<=" || two == ">=" || two == "==" || two == "!=";
      const bool is_one = std::string_view("()[]{},#!<>-").find(c) != std::string_view::npos;
      token.kind = is_two || is_one ? Token::Kind::sign : Token::Kind::strange;
      token.text = text.substr(at, is_two ? 2 : 1);
      while (token.kind == Token::Kind::strange && at + token.text.size() < text.size() &&
             (static_cast<unsigned char>(text[at + token.text.size()]) & 0xC0U) == 0x80U) {
        token.text += text[at + token.text.size()];  // the rest of a character
      }
    }
    at += token.text.size();
    tokens.push_back(token);
  }
}

/// One side of a comparison.
struct Operand {
  enum class Kind { value, number, nil, length } kind = Kind::value;
  double number = 0;
  std::optional<double> fallback;  ///< of `default(…)`: what a missing value counts as
  Of of = Of::unknown;
};

ValueSet selected(const std::string& sign, double bound) {
  if (sign == "<" || sign == "<=") return ValueSet::below(bound, sign == "<=");
  if (sign == ">" || sign == ">=") return ValueSet::above(bound, sign == ">=");
  const ValueSet equal = ValueSet::range(bound, bound);
  return sign == "==" ? equal : equal.complement();
}

std::string mirrored(const std::string& sign) {
  if (sign.front() == '<') return ">" + sign.substr(1);
  if (sign.front() == '>') return "<" + sign.substr(1);
  return sign;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

  Condition parse() {
    Condition condition = alternatives();
    if (token().kind != Token::Kind::end) refuse(token());
    return condition;
  }

 private:
  [[noreturn]] static void refuse(const Token& token) {
    throw Refused{{token.column, token.kind == Token::Kind::end
                                     ? fmt::format("it ends too early; {}", kPossible)
                                     : fmt::format("'{}' is beyond what can be imported; {}",
                                                   printable(token.text), kPossible)}};
  }

  [[nodiscard]] const Token& token() const { return tokens_[at_]; }
  [[nodiscard]] const Token& next_token() const {
    return tokens_[std::min(at_ + 1, tokens_.size() - 1)];
  }
  bool take(std::string_view text) {
    const Token& now = token();
    if (now.text != text || now.kind == Token::Kind::end) return false;
    ++at_;
    return true;
  }
  void need(std::string_view text) {
    if (!take(text)) refuse(token());
  }

  static Of same_number(Of a, Of b, const Token& place) {
    if (a == Of::unknown) return b;
    if (b == Of::unknown || a == b) return a;
    throw Refused{
        {place.column, "it looks at two different numbers of the result, and a limit is for one"}};
  }

  Condition alternatives() {
    Condition left = conjunction();
    while (token().text == "||" || token().text == "or") {
      const Token place = token();
      ++at_;
      const Condition right = conjunction();
      left.of = same_number(left.of, right.of, place);
      left.names_missing = left.names_missing || right.names_missing;
      left.numbers = left.numbers.united(right.numbers);
      left.nan = left.nan || right.nan;
      if (left.missing == Missing::no) left.missing = right.missing;
    }
    return left;
  }

  Condition conjunction() {
    Condition left = unary();
    while (token().text == "&&" || token().text == "and") {
      const Token place = token();
      ++at_;
      const Condition right = unary();
      left.of = same_number(left.of, right.of, place);
      left.names_missing = left.names_missing || right.names_missing;
      left.numbers = left.numbers.common(right.numbers);
      left.nan = left.nan && right.nan;
      if (left.missing == Missing::yes) left.missing = right.missing;
    }
    return left;
  }

  Condition unary() {
    if (++depth_ > kDeepest) refuse(token());
    Condition condition;
    if (take("!") || take("not")) {
      condition = negated(unary());
    } else if (take("(")) {
      condition = alternatives();
      need(")");
    } else {
      condition = primary();
    }
    --depth_;
    return condition;
  }

  Condition primary() {
    const std::string& name = token().text;
    if (next_token().text == "(") {
      if (name == "isNaN" || name == "isInf" || name == "isNil") return test();
      if (name == "all" || name == "any" || name == "none") return quantifier();
    }
    return comparison();
  }

  /// `isNaN(result[0])`
  Condition test() {
    const std::string name = token().text;
    at_ += 2;
    const Operand value = operand();
    if (value.kind != Operand::Kind::value || value.fallback) refuse(token());
    need(")");
    Condition condition{ValueSet::none(), name == "isNaN", Missing::error, name == "isNil",
                        value.of};
    if (name == "isNil") condition.missing = Missing::yes;
    if (name == "isInf") {
      constexpr double kInfinity = std::numeric_limits<double>::infinity();
      condition.numbers =
          ValueSet::range(-kInfinity, -kInfinity).united(ValueSet::range(kInfinity, kInfinity));
    }
    return condition;
  }

  /// `all(result, # < 5)`: that the largest is below 5.
  Condition quantifier() {
    const Token place = token();
    at_ += 2;
    need("result");
    need(",");
    const bool braces = take("{");
    if (in_predicate_) refuse(place);
    in_predicate_ = true;
    Condition each = alternatives();
    in_predicate_ = false;
    if (braces) need("}");
    need(")");
    const bool all = place.text == "all";
    const auto& ranges = each.numbers.ranges();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const bool downwards = ranges.size() == 1 && ranges.front().first == -kInfinity;
    const bool upwards = ranges.size() == 1 && ranges.front().second == kInfinity;
    if (downwards == upwards) {
      throw Refused{{place.column, fmt::format("'{}' is beyond what can be imported unless each "
                                               "number has one bound, as in # < 5",
                                               place.text)}};
    }
    each.of = all == downwards ? Of::largest : Of::smallest;
    each.missing = all ? Missing::yes : Missing::no;
    return place.text == "none" ? negated(each) : each;
  }

  Operand operand() {
    const Token place = token();
    if (take("-")) {
      Operand number = operand();
      if (number.kind != Operand::Kind::number) refuse(place);
      number.number = -number.number;
      return number;
    }
    if (place.kind == Token::Kind::number) {
      const auto value = parse_number<double>(place.text);
      if (!value) refuse(place);
      ++at_;
      return {Operand::Kind::number, *value, {}, Of::unknown};
    }
    if (take("nil")) return {Operand::Kind::nil, 0, {}, Of::unknown};
    if (in_predicate_ ? take("#") : take("result")) {
      if (in_predicate_ || !take("[")) return {Operand::Kind::value, 0, {}, Of::itself};
      need("0");
      need("]");
      return {Operand::Kind::value, 0, {}, Of::first};
    }
    return call(place);
  }

  /// `default(result, 0)`, `asFloat(result)`, `len(result)`
  Operand call(const Token& place) {
    if (next_token().text != "(") refuse(place);
    if (place.text == "len" && !in_predicate_) {
      at_ += 2;
      need("result");
      need(")");
      return {Operand::Kind::length, 0, {}, Of::unknown};
    }
    const bool has_default = place.text == "default";
    if (!has_default && place.text != "asFloat" && place.text != "float") refuse(place);
    if (++depth_ > kDeepest) refuse(place);
    at_ += 2;
    Operand value = operand();
    if (value.kind != Operand::Kind::value) refuse(place);
    if (has_default) {
      need(",");
      const Token number_place = token();
      const Operand fallback = operand();
      if (fallback.kind != Operand::Kind::number) refuse(number_place);
      if (!value.fallback) value.fallback = fallback.number;
    }
    need(")");
    --depth_;
    return value;
  }

  Condition comparison() {
    Operand left = operand();
    const Token place = token();
    const std::string& word = place.text;
    const bool is_sign =
        word == "<" || word == "<=" || word == ">" || word == ">=" || word == "==" || word == "!=";
    if (!is_sign) refuse(place);
    ++at_;
    Operand right = operand();
    std::string sign = word;
    if (left.kind == Operand::Kind::number || left.kind == Operand::Kind::nil) {
      std::swap(left, right);
      sign = mirrored(sign);
    }
    if (left.kind == Operand::Kind::length) return length(sign, right, place);
    if (left.kind != Operand::Kind::value) refuse(place);
    if (right.kind == Operand::Kind::nil) return is_nil(sign, left, place);
    if (right.kind != Operand::Kind::number) refuse(place);
    const ValueSet numbers = selected(sign, right.number);
    Missing missing = Missing::error;
    if (left.fallback) missing = numbers.contains(*left.fallback) ? Missing::yes : Missing::no;
    return {numbers, sign == "!=", missing, left.fallback.has_value(), left.of};
  }

  static Condition is_nil(const std::string& sign, const Operand& value, const Token& place) {
    if (value.fallback || (sign != "==" && sign != "!=")) refuse(place);
    const Condition nil{ValueSet::none(), false, Missing::yes, true, value.of};
    return sign == "==" ? nil : negated(nil);
  }

  /// How long the result is matters only where it is whether there is one.
  static Condition length(const std::string& sign, const Operand& other, const Token& place) {
    if (other.kind != Operand::Kind::number) refuse(place);
    const ValueSet lengths = selected(sign, other.number);
    const bool of_any = lengths.contains(1);
    const ValueSet some = ValueSet::range(1, std::numeric_limits<double>::max());
    const ValueSet where_true = lengths.common(some);
    if (of_any ? where_true != some : !where_true.empty()) refuse(place);
    return {of_any ? ValueSet::all() : ValueSet::none(), of_any,
            lengths.contains(0) ? Missing::yes : Missing::no, true, Of::unknown};
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool in_predicate_ = false;
};

}  // namespace

Condition negated(const Condition& condition) {
  Condition other = condition;
  other.numbers = condition.numbers.complement();
  other.nan = !condition.nan;
  if (condition.missing != Missing::error) {
    other.missing = condition.missing == Missing::yes ? Missing::no : Missing::yes;
  }
  return other;
}

Result<Condition, ConditionFault> both(const Condition& a, const Condition& b) {
  if (a.of != Of::unknown && b.of != Of::unknown && a.of != b.of) {
    return unexpected(ConditionFault{
        1, "the two conditions look at different numbers of the result, and a limit is for one"});
  }
  Condition together = a;
  if (a.of == Of::unknown) together.of = b.of;
  together.numbers = a.numbers.common(b.numbers);
  together.nan = a.nan && b.nan;
  together.names_missing = a.names_missing || b.names_missing;
  const bool error = a.missing == Missing::error || b.missing == Missing::error;
  const bool yes = a.missing == Missing::yes && b.missing == Missing::yes;
  together.missing = error ? Missing::error : yes ? Missing::yes : Missing::no;
  return together;
}

Result<Condition, ConditionFault> parse_condition(std::string_view text) {
  try {
    return Parser(text).parse();
  } catch (const Refused& refused) {
    return unexpected(refused.fault);
  }
}

}  // namespace canarygate::argo
