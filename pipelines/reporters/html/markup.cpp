#include "pipelines/reporters/html/markup.h"

#include <fmt/format.h>

#include "checks/text.h"
#include "pipelines/reporters/xml.h"

namespace canarygate::html {

std::string escaped(std::string_view text) { return xml_escape(printable(text)); }

std::string escaped_lines(std::string_view text) {
  std::string html;
  for (const std::string& line : split(text, '\n')) {
    // A raw line break would let what comes from outside begin a line of a CI log.
    html += (html.empty() ? "" : "&#10;") + escaped(line);
  }
  return html;
}

std::string link(const std::string& url, const std::string& text) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  if (!web) return escaped(text);
  return fmt::format(R"(<a href="{}" rel="noreferrer">{}</a>)", escaped(url), escaped(text));
}

const char* tone_class(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::warning:
      return "warning";
    case Tone::bad:
      break;
  }
  return "bad";
}

std::string fact(std::string_view label, const std::string& html) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), html);
}

}  // namespace canarygate::html
