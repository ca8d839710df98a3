#include "checks/metrics/json_pointer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "checks/number.h"
#include "checks/series.h"
#include "checks/text.h"

namespace canarygate {

namespace {

/// `~1` is a slash, `~0` a tilde.
std::optional<std::string> unescaped(std::string_view token) {
  std::string plain;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      plain += token[i];
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    plain += token[i] == '0' ? '~' : '/';
  }
  return plain;
}

std::string escaped(std::string_view token) {
  std::string text;
  for (const char c : token) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

/// No leading zeros, no sign.
std::optional<std::size_t> list_index(const std::string& token) {
  if (token.size() > 1 && token.front() == '0') return std::nullopt;
  return parse_number<std::size_t>(token);
}

std::optional<JsonElement> step_into(JsonElement element, const std::string& token) {
  JsonElement next;
  if (simdjson::dom::object object; element.get(object) == simdjson::SUCCESS) {
    return object.at_key(token).get(next) == simdjson::SUCCESS ? std::optional(next) : std::nullopt;
  }
  simdjson::dom::array list;
  const auto index = list_index(token);
  if (!index || element.get(list) != simdjson::SUCCESS) return std::nullopt;
  return list.at(*index).get(next) == simdjson::SUCCESS ? std::optional(next) : std::nullopt;
}

std::optional<double> number_of(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    const std::string rest = to_lower(text.substr(1));
    if (rest == "inf" || rest == "infinity") return kMissing;
    if (text.front() == '+' && !rest.starts_with('-')) text.remove_prefix(1);
  }
  constexpr std::array<std::string_view, 3> kNone = {"nan", "inf", "infinity"};
  if (std::ranges::find(kNone, to_lower(text)) != kNone.end()) return kMissing;
  const auto value = parse_number<double>(text);
  if (value && !std::isfinite(*value)) return kMissing;
  return value;
}

std::string describe_object(simdjson::dom::object object) {
  std::vector<std::string> names;
  for (const auto field : object) {
    names.push_back(fmt::format("'{}'", printable(shorten(field.key, 60))));
  }
  return names.empty() ? "an empty object" : "an object with " + list_of(names, 10);
}

}  // namespace

std::optional<JsonPointer> JsonPointer::parse(std::string_view text) {
  JsonPointer pointer;
  pointer.text_ = text;
  if (text.empty() || text == "#") return pointer;
  if (text.front() != '/') return std::nullopt;
  for (const std::string& token : split(text.substr(1), '/')) {
    auto plain = unescaped(token);
    if (!plain) return std::nullopt;
    pointer.tokens_.push_back(std::move(*plain));
  }
  return pointer;
}

Result<JsonElement, std::string> JsonPointer::find(JsonElement document) const {
  JsonElement at = document;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const auto next = step_into(at, tokens_[i]);
    if (!next) {
      const std::string where = i == 0 ? "there" : fmt::format("at '{}' there", up_to(i));
      return unexpected(fmt::format("nothing stands at '{}'; {} is {}",
                                    printable(shorten(text_, 100)), where, describe_json(at)));
    }
    at = *next;
  }
  return at;
}

std::optional<JsonElement> JsonPointer::find_any(JsonElement document) const {
  std::optional<JsonElement> at = document;
  for (std::size_t i = 0; at && i < tokens_.size(); ++i) at = step_into(*at, tokens_[i]);
  return at;
}

std::string JsonPointer::up_to(std::size_t tokens) const {
  std::string text;
  for (std::size_t i = 0; i < tokens; ++i) text += "/" + escaped(tokens_[i]);
  return printable(shorten(text, 100));
}

std::string describe_json(JsonElement element) {
  if (simdjson::dom::object object; element.get(object) == simdjson::SUCCESS) {
    return describe_object(object);
  }
  if (simdjson::dom::array list; element.get(list) == simdjson::SUCCESS) {
    return list.size() == 0 ? "an empty list" : fmt::format("a list of {}", list.size());
  }
  if (std::string_view text; element.get(text) == simdjson::SUCCESS) {
    return fmt::format("the text '{}'", printable(shorten(text, 100)));
  }
  const std::string plain = simdjson::minify(element);
  return element.is_null() || element.is_bool() ? plain : "the number " + plain;
}

std::optional<double> json_number(JsonElement element) {
  if (element.is_null()) return kMissing;
  if (double value = 0; element.get(value) == simdjson::SUCCESS) {
    return std::isfinite(value) ? value : kMissing;
  }
  std::string_view text;
  return element.get(text) == simdjson::SUCCESS ? number_of(text) : std::nullopt;
}

std::optional<std::string> json_text(JsonElement element) {
  if (std::string_view text; element.get(text) == simdjson::SUCCESS) return std::string(text);
  if (element.is_null() || element.is_array() || element.is_object()) return std::nullopt;
  return std::string(simdjson::minify(element));
}

}  // namespace canarygate
