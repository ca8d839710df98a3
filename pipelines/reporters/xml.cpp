#include "pipelines/reporters/xml.h"

#include "checks/text.h"

namespace canarygate {

namespace {

void append_escaped(std::string& out, std::string_view line) {
  const std::string safe = printable(line);
  for (std::size_t at = 0; at < safe.size(); ++at) {
    const std::string_view rest = std::string_view(safe).substr(at);
    // The two characters of the basic plane that are valid UTF-8 and invalid XML.
    if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      out += rest[2] == '\xBE' ? "\\uFFFE" : "\\uFFFF";
      at += 2;
      continue;
    }
    switch (safe[at]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        out += safe[at];
    }
  }
}

}  // namespace

std::string xml_escape(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t stop = text.find_first_of("\n\t");
    append_escaped(out, text.substr(0, stop));
    if (stop == std::string_view::npos) return out;
    out += text[stop];
    text.remove_prefix(stop + 1);
  }
}

}  // namespace canarygate
