#include "checks/promql/literals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::promql {

namespace {

void append_utf8(std::string& text, std::uint32_t code) {
  const auto byte = [&text](std::uint32_t bits) { text += static_cast<char>(bits); };
  const auto rest = [&](std::uint32_t shift) { byte(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6U));
    rest(0);
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12U));
    rest(6);
    rest(0);
  } else {
    byte(0xF0U | (code >> 18U));
    rest(12);
    rest(6);
    rest(0);
  }
}

/// Escapes that stand for a number: how many digits follow the letter, in which base.
struct Numeric {
  char letter;
  std::size_t digits;
  int base;
};
constexpr std::array<Numeric, 3> kNumeric = {{{'x', 2, 16}, {'u', 4, 16}, {'U', 8, 16}}};

class Unquoter {
 public:
  explicit Unquoter(std::string_view token) : token_(token) {}

  Result<std::string, Mistake> run() {
    for (at_ = 1; at_ + 1 < token_.size();) {
      if (token_[at_] == '\n') return unexpected(Mistake{at_, "a line ends within this string"});
      if (token_[at_] != '\\') {
        text_ += token_[at_++];
      } else if (!escape()) {
        return unexpected(
            Mistake{at_, fmt::format("'{}' is no escape; a backslash is written \\\\, and between "
                                     "backquotes nothing is escaped",
                                     printable(token_.substr(at_, 2)))});
      }
    }
    return std::move(text_);
  }

 private:
  bool escape() {
    constexpr std::string_view kLetters = "abfnrtv\\";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\";
    const char letter = token_[at_ + 1];
    if (const std::size_t found = kLetters.find(letter); found != std::string_view::npos) {
      text_ += kMeanings[found];
    } else if (letter == token_.front()) {
      text_ += letter;
    } else {
      return numeric(letter);
    }
    at_ += 2;
    return true;
  }

  bool numeric(char letter) {
    for (const Numeric& form : kNumeric) {
      if (form.letter == letter) return number(at_ + 2, form.digits, form.base, letter != 'x');
    }
    return number(at_ + 1, 3, 8, false);
  }

  bool number(std::size_t begin, std::size_t count, int base, bool is_code_point) {
    if (begin + count >= token_.size()) return false;
    const auto code = parse_number<std::uint32_t>(token_.substr(begin, count), base);
    if (!code) return false;
    if (is_code_point) {
      if (*code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000)) return false;
      append_utf8(text_, *code);
    } else {
      if (*code > 0xFF) return false;
      text_ += static_cast<char>(*code);
    }
    at_ = begin + count;
    return true;
  }

  std::string_view token_;
  std::size_t at_ = 0;
  std::string text_;
};

struct Unit {
  std::string_view name;
  std::int64_t length;  // milliseconds
};
constexpr std::array<Unit, 7> kUnits = {{{"y", 365LL * 86'400'000},
                                         {"w", 7LL * 86'400'000},
                                         {"d", 86'400'000},
                                         {"h", 3'600'000},
                                         {"m", 60'000},
                                         {"s", 1000},
                                         {"ms", 1}}};
constexpr std::int64_t kLongest = 100 * kUnits.front().length;

}  // namespace

std::optional<double> read_number(std::string_view text) {
  const bool prefixed = text.size() > 1 && text.front() == '0';
  if (prefixed && (text[1] == 'x' || text[1] == 'X')) {
    const auto value = parse_number<std::int64_t>(text.substr(2), 16);
    if (!value) return std::nullopt;
    return static_cast<double>(*value);
  }
  if (prefixed) {
    if (const auto octal = parse_number<std::int64_t>(text, 8)) return static_cast<double>(*octal);
  }
  return parse_number<double>(text);
}

Result<std::string, Mistake> read_string(std::string_view token) {
  if (token.front() == '`') return std::string(token.substr(1, token.size() - 2));
  return Unquoter(token).run();
}

std::optional<Duration> read_range(std::string_view text) {
  std::int64_t total = 0;
  const auto* unit = kUnits.begin();
  text = trim(text);
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = parse_number<std::int64_t>(text.substr(0, digits));
    text.remove_prefix(digits);
    const std::string_view name =
        text.substr(0, std::min(text.find_first_of("0123456789"), text.size()));
    unit = std::find_if(unit, kUnits.end(), [&](const Unit& known) { return known.name == name; });
    if (!count || unit == kUnits.end() || *count > (kLongest - total) / unit->length) {
      return std::nullopt;
    }
    total += *count * unit->length;
    text.remove_prefix(name.size());
    ++unit;
  }
  return Duration(total);
}

}  // namespace canarygate::promql
