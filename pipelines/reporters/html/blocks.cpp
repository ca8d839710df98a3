#include "pipelines/reporters/html/blocks.h"

#include <fmt/format.h>

#include "checks/text.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::html {

namespace {

/// Something to be copied. Lines break between its words only, not at the hyphens of its options.
std::string code(const std::string& text) {
  std::string html;
  for (const std::string& word : split(text, ' ')) {
    html += fmt::format("{}<span>{}</span>", html.empty() ? "" : " ", escaped(word));
  }
  return "<code>" + html + "</code>";
}

struct Writer {
  std::string html;

  void operator()(const Heading& heading) {
    html += fmt::format("<h2>{}</h2>\n", escaped(heading.text));
  }

  void operator()(const Paragraph& paragraph) {
    html += fmt::format("<p>{}</p>\n", escaped(paragraph.text));
  }

  void operator()(const Items& items) {
    html += "<ul>\n";
    for (const std::string& text : items.texts) {
      html += fmt::format("<li>{}</li>\n", escaped(text));
    }
    html += "</ul>\n";
  }

  void operator()(const Facts& facts) {
    html += "<dl class=facts>\n";
    for (const Facts::Fact& one : facts.facts) {
      const std::string shown = link(one.value, one.value);
      const bool is_link = shown.starts_with("<a ");
      html += fact(one.label, one.verbatim && !is_link ? code(one.value) : shown);
    }
    html += "</dl>\n";
  }

  void operator()(const MetricTable&) {}
};

}  // namespace

std::string blocks(std::span<const Block> blocks) {
  Writer writer;
  for (const Block& block : blocks) std::visit(writer, block);
  return std::move(writer.html);
}

}  // namespace canarygate::html
