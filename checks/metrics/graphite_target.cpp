#include "checks/metrics/graphite_target.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace canarygate::graphite {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// What may stand in a node of a path without a backslash before it.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F &&
         std::string_view(R"((){},.'"\|)").find(c) == std::string_view::npos;
}

/// Where characters begin in UTF-8, counted up to `end`.
std::size_t characters(std::string_view text, std::size_t end) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text.substr(0, end), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Recursive descent. Functions are false when the text is at fault, and `fault` says how.
class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  std::vector<Call> calls;
  QueryFault fault;

  bool read() {
    if (!read_expression(0)) return false;
    skip_spaces();
    if (at_end()) return true;
    if (peek() == ')') return complain(at_, "this ')' closes nothing");
    if (peek() == ',') {
      return complain(at_,
                      "what follows the comma is left out; one query is one target, such as "
                      "group(a, b)");
    }
    return complain(at_, "what follows here is left out; a target ends with its path or its ')'");
  }

 private:
  // Deeper than anybody nests; a guard for the stack.
  static constexpr int kDeepest = 100;

  /// `path` or `function(…)`, and what it is piped into.
  bool read_expression(int depth) {
    skip_spaces();
    if (depth > kDeepest) return complain(at_, "functions are nested too deep");
    if (!(is_call() ? read_call(0, depth) : read_path())) return false;
    for (skip_spaces(); peek() == '|'; skip_spaces()) {
      ++at_;
      skip_spaces();
      if (!is_call()) return complain(at_, "expected a function after '|'");
      if (!read_call(1, depth)) return false;
    }
    return true;
  }

  /// Whether a name and a parenthesis follow.
  [[nodiscard]] bool is_call() const {
    const std::size_t end = name_end();
    return end > at_ && first_after(end) == '(';
  }

  bool read_call(std::size_t piped, int depth) {
    Call call{text_.substr(at_, name_end() - at_), piped};
    at_ = text_.find('(', at_);
    const std::size_t open = at_++;
    bool named = false;
    skip_spaces();
    while (peek() != ')' || call.arguments > piped) {
      if (at_end()) return complain(open, "this '(' is never closed");
      if (!read_argument(named, depth)) return false;
      ++call.arguments;
      skip_spaces();
      if (at_end()) return complain(open, "this '(' is never closed");
      if (peek() == ')') break;
      if (peek() != ',') return complain(at_, "expected ',' or ')' after an argument");
      ++at_;
      skip_spaces();
    }
    ++at_;
    calls.push_back(std::move(call));
    return true;
  }

  bool read_argument(bool& named, int depth) {
    if (peek() == ',' || peek() == ')') return complain(at_, "expected an argument before this");
    const std::size_t end = name_end();
    if (end > at_ && first_after(end) == '=') {
      named = true;
      at_ = text_.find('=', end) + 1;
      skip_spaces();
    } else if (named) {
      return complain(at_, "after an argument with a name only such may follow");
    }
    return peek() == '"' || peek() == '\'' ? read_string() : read_expression(depth + 1);
  }

  bool read_string() {
    const std::size_t open = at_;
    const char quote = text_[at_++];
    for (; !at_end() && peek() != '\n'; ++at_) {
      if (peek() == '\\') {
        ++at_;
      } else if (peek() == quote) {
        ++at_;
        return true;
      }
    }
    return complain(open, "this quote is never closed");
  }

  /// `servers.{web-1,web-2}.cpu[0-3].*`; numbers, `true` and `none` look like paths too.
  bool read_path() {
    while (true) {
      const std::size_t node = at_;
      while (is_plain(peek()) || peek() == '\\' || peek() == '{') {
        if (!(peek() == '{' ? read_alternatives() : read_plain())) return false;
      }
      if (at_ == node) return complain_of_node();
      if (peek() != '.') return true;
      ++at_;
    }
  }

  bool complain_of_node() {
    if (at_end() && text_.find_first_not_of(" \t\r\n") == std::string::npos) {
      return complain(0, "expected a target, such as servers.*.errors");
    }
    if (peek() == '}') return complain(at_, "this '}' closes nothing");
    if (at_ > 0 && text_[at_ - 1] == '.') return complain(at_, "expected a node after the '.'");
    return complain(at_, "expected a path or a function");
  }

  bool read_plain() {
    if (peek() == '\\') ++at_;
    if (at_end()) return complain(at_ - 1, "nothing follows this backslash");
    ++at_;
    return true;
  }

  bool read_alternatives() {
    const std::size_t open = at_++;
    while (true) {
      const std::size_t begin = at_;
      while (is_plain(peek()) || peek() == '\\') {
        if (!read_plain()) return false;
      }
      if (peek() == '.') {
        return complain(at_,
                        "a '.' ends the node, and {…} is within one node: hosts with dots in "
                        "their names cannot be listed like this");
      }
      if (peek() == '{') return complain(at_, "{…} cannot stand in {…}");
      if (at_end() || (peek() != ',' && peek() != '}')) {
        return complain(open, "this '{' is never closed");
      }
      if (at_ == begin) return complain(at_, "expected a name before this");
      if (text_[at_++] == '}') return true;
    }
  }

  [[nodiscard]] std::size_t name_end() const {
    std::size_t end = at_;
    while (end < text_.size() && (is_letter(text_[end]) || (end > at_ && is_digit(text_[end])))) {
      ++end;
    }
    return end;
  }

  /// The first character from `from` on that is no space; 0 at the end.
  [[nodiscard]] char first_after(std::size_t from) const {
    while (from < text_.size() && is_space(text_[from])) ++from;
    return from < text_.size() ? text_[from] : '\0';
  }

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  void skip_spaces() {
    while (is_space(peek())) ++at_;
  }

  bool complain(std::size_t where, std::string text) {
    fault = {characters(text_, where) + 1, std::move(text)};
    return false;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<Call>, QueryFault> parse_target(const std::string& target) {
  Parser parser(target);
  if (!parser.read()) return unexpected(std::move(parser.fault));
  return std::move(parser.calls);
}

std::optional<QueryFault> fault_in_target(const std::string& target) {
  auto calls = parse_target(target);
  if (calls) return std::nullopt;
  return std::move(calls.error());
}

}  // namespace canarygate::graphite
