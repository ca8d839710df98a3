#include "pipelines/reporters/html/document.h"

#include <fmt/format.h>

#include "pipelines/explanation/explanation.h"
#include "pipelines/reporters/html/assets.h"
#include "pipelines/reporters/html/blocks.h"
#include "pipelines/reporters/html/headline.h"
#include "pipelines/reporters/html/markup.h"

namespace canarygate::html {

namespace {

/// A dot in the verdict's colour, for the tab.
std::string icon(Tone tone) {
  const char* colour = tone == Tone::good ? "1a7f4b" : tone == Tone::warning ? "9a6700" : "b3261e";
  return fmt::format(
      "<link rel=icon href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
      "viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23{}'/%3E%3C/svg%3E\">\n",
      colour);
}

/// What all charts refer to.
constexpr std::string_view kShared =
    "<svg class=sr width=\"0\" height=\"0\" aria-hidden=\"true\"><defs><pattern id=hatch "
    "width=\"5\" "
    "height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path "
    "d=\"M0 0V5\"/></pattern></defs></svg>\n";

std::string summary(std::span<const Report> reports, const Explanation& explained) {
  const Headline headline = split_headline(explained.headline, Outcome{});
  std::string html = fmt::format(
      "<header class=\"verdict {}\">\n<p class=badge>{}</p>\n<h1>{}</h1>\n</header>\n<ul "
      "class=checks id=checks>\n",
      tone_class(explained.tone), escaped(headline.opening), escaped(headline.sentence));
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Explanation one = explain(reports[i]);
    html += fmt::format("<li class={}><a href=\"#c{}\">{}</a></li>\n", tone_class(one.tone), i,
                        escaped(one.headline));
  }
  html += "</ul>\n";
  for (const Block& block : explained.blocks) {
    if (std::holds_alternative<Paragraph>(block)) html += blocks(std::span(&block, 1));
  }
  return html;
}

std::string footer(std::span<const Report> reports) {
  const std::string version = reports.empty() ? "" : reports.front().program_version;
  return fmt::format(
      "<footer><p>canarygate {} stands between a canary and the rest of the fleet: after a deploy "
      "to a few hosts it compares their metrics with everybody else's, and with what is normal on "
      "their own past. All times are UTC. This page is one file and asks the network for "
      "nothing.</p></footer>\n",
      escaped(version));
}

}  // namespace

std::string head(const std::string& title, Tone tone) {
  const Assets& parts = assets();
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=referrer content=no-referrer>\n<meta name=color-scheme content=\"light dark\">\n"
      "<title>{}</title>\n{}<style>{}</style>\n</head>\n",
      parts.style_hash, parts.script_hash, escaped(title), icon(tone), parts.style);
}

std::string document(std::span<const Report> reports) {
  const bool alone = reports.size() == 1;
  const Explanation explained = alone ? explain(reports.front()) : summarize(reports);
  std::string body = "<main>\n";
  if (!alone) body += summary(reports, explained);
  std::string data;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Article one = article(reports[i], i, alone);
    body += one.html;
    data += (data.empty() ? "" : ",\n") + one.data;
  }
  body += "</main>\n" + footer(reports);
  return head(explained.headline, explained.tone) + "<body>\n" + std::string(kShared) + body +
         "<script type=\"application/json\" id=data>[" + data + "]</script>\n" + "<script>" +
         std::string(assets().script) + "</script>\n</body>\n</html>\n";
}

}  // namespace canarygate::html
