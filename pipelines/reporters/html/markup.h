/// Text and links as HTML. Whatever came from outside passes through here.
#pragma once

#include <string>
#include <string_view>

#include "pipelines/explanation/explanation.h"

namespace canarygate::html {

/// For element content and quoted attribute values. Control characters are made visible.
[[nodiscard]] std::string escaped(std::string_view text);

/// The same where line breaks are to stay: a query.
[[nodiscard]] std::string escaped_lines(std::string_view text);

/// A link where `url` is one of http or https; anything else stays text.
[[nodiscard]] std::string link(const std::string& url, const std::string& text);

/// `good`, `warning` or `bad`: the class of what has that tone.
[[nodiscard]] const char* tone_class(Tone tone);

/// `<dt>label<dd>value`; `html` is markup already.
[[nodiscard]] std::string fact(std::string_view label, const std::string& html);

/// A row of a table: a header cell and the others; all escaped.
template <typename... Cells>
[[nodiscard]] std::string row(std::string_view header, const Cells&... cells) {
  return "<tr><th>" + escaped(header) + (std::string() + ... + ("<td>" + escaped(cells))) + "\n";
}

}  // namespace canarygate::html
