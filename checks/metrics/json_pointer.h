/// Where in a JSON document something stands: a JSON pointer (RFC 6901), such as `/data/series/0`.
///
/// A user of ours writes them for a server we know nothing of, so what is not there is told with
/// what is there instead.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/json.h"
#include "checks/result.h"

namespace canarygate {

using JsonElement = simdjson::dom::element;

class JsonPointer {
 public:
  /// `#` (or no text) is the whole document. Nothing when `text` is no pointer: it begins with
  /// another character than a slash, or has a `~` that is not `~0` or `~1`.
  [[nodiscard]] static std::optional<JsonPointer> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }

  /// What stands there in `document`. Error: a clause with the pointer and what was found on the
  /// way to it.
  [[nodiscard]] Result<JsonElement, std::string> find(JsonElement document) const;

  /// The same where it need not be there.
  [[nodiscard]] std::optional<JsonElement> find_any(JsonElement document) const;

 private:
  [[nodiscard]] std::string up_to(std::size_t tokens) const;

  std::string text_;
  std::vector<std::string> tokens_;
};

/// For messages, shortened: `an object with 'a' and 'b'`, `a list of 3`, `null`, `the text 'abc'`,
/// `the number 5`, `true`.
[[nodiscard]] std::string describe_json(JsonElement element);

/// The number itself, or a text that is one; NaN for null, and for the texts NaN, Infinity and Inf
/// with or without a sign. Nothing for anything else.
[[nodiscard]] std::optional<double> json_number(JsonElement element);

/// A text as it is, numbers and booleans as JSON writes them. Nothing for null, lists and objects.
[[nodiscard]] std::optional<std::string> json_text(JsonElement element);

}  // namespace canarygate
